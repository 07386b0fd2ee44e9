"""From a finished run into the package, the results and the card."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from happysad.experiments import publish as place
from happysad.experiments.reporting.model_card import card_text
from happysad.experiments.ship_publish import _without_names, publish_shipped
from happysad.features.errors import UserError
from happysad.pipeline import shipped
from happysad.pipeline.model_file import load_model

PAGE = "# Mine\n<!-- table: shipped shipped -->\nold\n<!-- end -->\n"


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    """A checkout that is not ours."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "README.md").write_text(PAGE)
    monkeypatch.setattr(place, "ROOT", home)
    monkeypatch.setattr(place, "README", home / "README.md")
    monkeypatch.setattr(place, "RESULTS", home / "docs" / "results")
    monkeypatch.setattr(shipped, "FOLDER", home / "models")
    monkeypatch.setattr("happysad.experiments.reporting.model_card_faces.FACES", 12)
    return home


@pytest.fixture
def run(shipped_run, tmp_path) -> Path:
    return shutil.copytree(shipped_run, tmp_path / "run")


def test_everything_is_put_in_its_place(root, run, photo, image_is_drawn):
    written = publish_shipped(run)
    assert written[-1] == "MODEL_CARD.md"
    results = root / "docs" / "results" / "shipped"
    assert (root / "MODEL_CARD.md").read_text("utf-8") == card_text(results)
    for name in shipped.SHIPPED:
        assert load_model(name).predict([photo])[0] in ("happy", "sad")
        assert (root / "models" / f"{name}.joblib").read_bytes() == (
            run / "models" / f"{name}.joblib"
        ).read_bytes()
        assert image_is_drawn(root / "docs" / f"model-card-{name}.png")
    page = (root / "README.md").read_text("utf-8")
    assert "old" not in page
    assert "| fusion | shipped | forty test |" in page
    kept = {file.name for file in results.iterdir()}
    assert {"scores.csv", "weights.csv", "failures.csv", "card.json"} <= kept
    assert "predictions.csv" not in kept


def test_no_path_of_this_machine_but_those_of_the_settings_is_kept(root, run, tmp_path):
    publish_shipped(run)
    facts = json.loads((root / "docs/results/shipped/card.json").read_text("utf-8"))
    del facts["config"]["data_sets"]
    assert str(tmp_path.parent) not in json.dumps(facts)


def test_the_card_lists_no_files_and_no_persons():
    for note, kept in (
        ("a: 2 images are copies: x/1.jpg, x/2.jpg, and 3 more", "a: 2 images are copies"),
        ("b: 1 set of groups kept together: Ann_Lee + Bo_Ek", "b: 1 set of groups kept together"),
        ("c: the names decide: Training is train", "c: the names decide: Training is train"),
        ("d: cut into parts (70/15/15) with seed 0", "d: cut into parts (70/15/15) with seed 0"),
        ("no picture is in two data sets", "no picture is in two data sets"),
    ):
        assert _without_names(note) == kept


def test_a_run_without_its_models_is_refused(root, run):
    (run / "models" / "texture-svm.joblib").unlink()
    with pytest.raises(UserError, match="holds no model texture-svm"):
        publish_shipped(run)
    assert not (root / "models").exists()
    assert (root / "README.md").read_text("utf-8") == PAGE
