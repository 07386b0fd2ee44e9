"""From a finished run into the package, the results and the card."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from happysad.experiments.reporting.model_card import publish
from happysad.experiments.reporting.model_card.document import card_text
from happysad.experiments.runner.run_folder import read_rows
from happysad.experiments.shipping.card import _without_names, publish_shipped
from happysad.pipeline.model_files import shipped
from happysad.pipeline.model_files.model_card import card_path, read_card
from happysad.pipeline.model_files.model_file import load_model
from happysad.utils.errors import UserError

PAGE = "# Mine\n<!-- table: shipped shipped -->\nold\n<!-- end -->\n"


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    """A checkout that is not ours."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "README.md").write_text(PAGE)
    monkeypatch.setattr(publish, "ROOT", home)
    monkeypatch.setattr(publish, "PAGES", ("README.md",))
    monkeypatch.setattr(publish, "RESULTS", home / "docs" / "results")
    (home / "models").mkdir()
    for network in shipped.NETWORKS:  # published by a command of its own
        file = shipped.model_path(network)
        for one in (file, card_path(file)):
            shutil.copy(one, home / "models")
    monkeypatch.setattr(shipped, "FOLDER", home / "models")
    monkeypatch.setattr(shipped, "SHIPPED", {"landmarks-svm": "one", "hog-svm": "other"})
    monkeypatch.setattr("happysad.experiments.reporting.model_card.example_faces.FACES", 12)
    return home


@pytest.fixture
def run(shipped_run, tmp_path) -> Path:
    return shutil.copytree(shipped_run, tmp_path / "run")


@pytest.mark.slow
def test_everything_is_put_in_its_place(root, run, photo, image_is_drawn, tmp_path):
    written = publish_shipped(run)
    assert written[-1] == "MODEL_CARD.md"
    results = root / "docs" / "results" / "shipped"
    assert (root / "MODEL_CARD.md").read_text("utf-8") == card_text(results)
    tested = read_card("cnn-pretrained")["metrics"]["fer2013 test"]
    assert f"accuracy {tested['accuracy']:.3f}" in (root / "MODEL_CARD.md").read_text("utf-8")
    for name in shipped.SHIPPED:
        assert load_model(name).predict([photo])[0] in ("happy", "sad")
        assert (root / "models" / f"{name}.joblib").read_bytes() == (
            run / "models" / f"{name}.joblib"
        ).read_bytes()
        assert image_is_drawn(root / "docs" / f"model-card-{name}.png")
    page = (root / "README.md").read_text("utf-8")
    assert "old" not in page
    assert "| hog-svm | shipped | forty test |" in page
    kept = {file.name for file in results.iterdir()}
    assert {"scores.csv", "failures.csv", "card.json"} <= kept
    assert "predictions.csv" not in kept
    facts = json.loads((results / "card.json").read_text("utf-8"))
    del facts["config"]["data"], facts["config"]["others"]
    assert str(tmp_path.parent) not in json.dumps(facts)  # no path but those of the settings


def test_the_card_lists_no_files_and_no_persons():
    for note, kept in (
        ("a: 2 images are copies: x/1.jpg, x/2.jpg, and 3 more", "a: 2 images are copies"),
        ("b: 1 set of groups kept together: Ann_Lee + Bo_Ek", "b: 1 set of groups kept together"),
        ("c: the names decide: Training is train", "c: the names decide: Training is train"),
        ("d: cut into parts (70/15/15) with seed 0", "d: cut into parts (70/15/15) with seed 0"),
    ):
        assert _without_names(note) == kept


@pytest.mark.slow
def test_a_run_without_a_model_or_with_a_failed_fit_is_refused(root, run):
    path = run / "models" / "hog-svm.joblib"
    content = path.read_bytes()
    path.unlink()
    with pytest.raises(UserError, match="holds no model hog-svm"):
        publish_shipped(run)
    path.write_bytes(content)
    rows = read_rows(run / "results.csv")
    rows.loc[0, "status"] = "error"
    rows.to_csv(run / "results.csv", index=False)
    with pytest.raises(UserError, match=r"a fit of the run in .* failed"):
        publish_shipped(run)
    assert {file.name.partition(".")[0] for file in (root / "models").iterdir()} == set(
        shipped.NETWORKS
    )
    assert (root / "README.md").read_text("utf-8") == PAGE
