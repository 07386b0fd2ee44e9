"""Faces of a data set that are neither happy nor sad."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from happysad.experiments.runner.fit_tasks import EvaluationSet
from happysad.experiments.shipping.data import read_ship_data
from happysad.experiments.shipping.neither import read_neither
from happysad.experiments.shipping.ship import SHIPPED, ship, ship_tasks
from happysad.pipeline.model_files.card_thresholds import applied_reject_band
from happysad.pipeline.model_files.model_card import read_card
from happysad.utils.console import silent


@pytest.fixture(scope="module")
def seven(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built-in faces, some of them under the names of other classes."""
    root = shutil.copytree(demo_data, tmp_path_factory.mktemp("seven") / "seven")
    for part, taken in (("train", 1), ("val", 2), ("test", 3)):
        for label, name in (("happy", "Neutral"), ("sad", "angry")):
            (root / part / name).mkdir()
            for file in sorted((root / part / label).iterdir())[:taken]:
                shutil.copy(file, root / part / name)
    (root / "val" / "angry" / "text.png").write_text("no picture")
    return root


def test_those_of_val_and_test_are_read_and_what_fails_is_told(seven):
    frame, notes = read_neither(seven)
    assert frame.groupby(["split", "label"]).size().to_dict() == {
        ("test neither", "angry"): 3, ("test neither", "neutral"): 3,
        ("val neither", "angry"): 2, ("val neither", "neutral"): 2,
    }  # fmt: skip
    assert notes[0] == "1 unreadable image left out: val/angry/text.png"
    assert notes[1] == "6 images of other classes in test answered after all: angry 3, neutral 3"
    assert notes[2].startswith("4 images of other classes in val")


def test_a_trial_takes_some_of_each_part(seven):
    frame, _ = read_neither(seven, limit=2)
    assert frame["split"].value_counts().to_dict() == {"test neither": 2, "val neither": 2}
    assert frame.equals(read_neither(seven, limit=2)[0])
    assert set(frame["path"]) <= set(read_neither(seven)[0]["path"])


def test_a_data_set_without_other_classes_has_none(demo_data):
    frame, notes = read_neither(demo_data)
    assert len(frame) == 0
    assert notes == []


def test_only_the_shipped_model_is_asked_and_none_is_fitted_on_them(seven, ship_config):
    config = replace(ship_config, data=str(seven), models=["hog-svm"])
    data = read_ship_data(config, silent)
    places = [EvaluationSet("seven", f"{part} neither") for part in ("val", "test")]
    for task in ship_tasks(config, data):
        assert set(data.frame["label"].iloc[task.train]) == {"happy", "sad"}
        asked = [place for place in places if place in task.evaluation_sets]
        assert asked == (places if task.condition == SHIPPED else [])
    assert list(data.tests)[-1] == EvaluationSet("seven", "test")  # whose images are timed
    assert (
        data.frame["label"].iloc[data.tests[places[0]]].tolist() == ["neutral"] * 2 + ["angry"] * 2
    )


@pytest.mark.slow
def test_a_run_puts_the_default_on_the_card(seven, ship_config, tmp_path, image_is_drawn):
    config = replace(
        ship_config, data=str(seven), models=["hog-svm"], others=[], formats_apart=[],
        out=str(tmp_path / "run"),
    )  # fmt: skip
    folder = ship(config)
    card = read_card(folder / "models" / "hog-svm.joblib")
    assert set(card["default"]["rejected"]) == {"happy", "sad", "neutral", "other"}
    assert card["default"]["coverage"] >= 0.85
    assert applied_reject_band(card) is not None
    assert list(card["metrics"]) == ["seven test"]  # the others have nothing to be scored by
    assert image_is_drawn(folder / "figures" / "neither.png")
