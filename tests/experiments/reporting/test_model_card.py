"""The generated card of the models that come along."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise

import pytest

from happysad.experiments.reporting.model_card import card_text, picture_name
from happysad.experiments.reporting.model_card_faces import COLUMNS
from happysad.experiments.ship_publish import card_facts


@pytest.fixture
def folder(shipped_run, tmp_path):
    """The results of a run, with made-up failures."""
    copy = shutil.copytree(shipped_run, tmp_path / "shipped", ignore=shutil.ignore_patterns("mod*"))
    (copy / "card.json").write_text(json.dumps(card_facts(shipped_run)))
    rows = [f"{name},dark,0.9,20,10,10,12,4,8" for name in ("fusion-svm", "texture-svm")]
    (copy / "failures.csv").write_text("\n".join([",".join(["model", *COLUMNS]), *rows]) + "\n")
    return copy


def test_everything_asked_for_is_on_it(folder):
    text = card_text(folder)
    for said in (
        "expression, not a feeling", "hiring", "policing", "not in medicine", "angry",
        "exclude commercial use", "They show nobody.", "the hidden ones", "95% bootstrap",
        "news grey 120x120", "Brier", "calibration error", "cross-validated", "without news",
        "docs/model-card-fusion-svm.png", "docs/model-card-texture-svm.png", "scikit-learn",
        "python experiments/ship.py --publish", "dark 0.9 (share of light lost)",
    ):  # fmt: skip
        assert said in text, said
    for model in json.loads((folder / "card.json").read_text("utf-8"))["models"].values():
        assert model["sha256"] in text
        assert f"{model['bytes']:,}" in text


def test_the_terms_of_the_landmarks_stand_by_the_model_that_uses_them(folder):
    lines = card_text(folder).splitlines()
    (fusion,) = [line for line in lines if line.startswith("- `fusion-svm`:")]
    (free,) = [line for line in lines if line.startswith("- `texture-svm`:")]
    assert "300-W" in fusion
    assert "300-W" not in free


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
    assert picture_name("fusion-svm") == "model-card-fusion-svm.png"
