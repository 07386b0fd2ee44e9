"""The settings of ``ship``, and its images: fitted on, tested on, leaked."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from happysad.experiments.runner.config import read_config
from happysad.experiments.runner.fit_tasks import EvaluationSet
from happysad.experiments.shipping import ship
from happysad.experiments.shipping.data import ShipConfig, read_ship_data
from happysad.pipeline.model_files.shipped import SHIPPED
from happysad.pipeline.models.registry import RECIPES
from happysad.utils.console import silent
from happysad.utils.errors import UserError


@pytest.fixture(scope="module")
def data(ship_config):
    return read_ship_data(ship_config, silent)


def test_train_and_val_of_one_data_set_are_fitted_on(data):
    part = data.frame.iloc[data.fit]
    assert data.name == "forty"
    assert set(part["source"]) == {"forty"}
    assert set(part["split"]) == {"train", "val"}
    assert len(part) == 30


def test_all_others_are_tested_on_formats_apart(data):
    assert {place: len(rows) for place, rows in data.tests.items()} == {
        EvaluationSet("news grey 120x120", "test"): 36,
        EvaluationSet("news small colour", "test"): 36,
        EvaluationSet("forty", "test"): 10,
    }
    assert list(data.tests)[-1] == EvaluationSet("forty", "test")  # whose images are timed
    for place, rows in data.tests.items():
        assert set(data.frame["subset"].iloc[rows]) == {place.dataset}
        assert not set(rows) & set(data.fit)


def test_test_images_that_show_a_picture_fitted_on_are_marked(ship_config, demo_data, tmp_path):
    """Whether in train, where the loader names it, in val, or in train under another label."""
    copy = shutil.copytree(demo_data, tmp_path / "forty")
    for part in ("train", "val"):
        picture = sorted((copy / part / "happy").iterdir())[0]
        shutil.copy(picture, copy / "test" / "happy" / f"of_{part}.png")
    (copy / "train" / "neutral").mkdir()
    hidden = sorted((copy / "test" / "sad").iterdir())[0]
    other = shutil.copy(hidden, copy / "train" / "neutral")
    data = read_ship_data(replace(ship_config, data=str(copy)), silent)
    marked = data.frame[data.frame["near_duplicate_of"] != ""].set_index("path")
    names = [path.rpartition("/")[2] for path in marked.index]
    assert sorted(names) == sorted(["of_train.png", "of_val.png", hidden.name])
    assert set(marked["split"]) == {"test"}
    named = marked["near_duplicate_of"]
    assert named.pop(str(hidden)) == str(other)
    assert named.isin(data.frame["path"].iloc[data.fit]).all()


def test_a_trial_takes_some_of_each_part(data, ship_config):
    some = read_ship_data(replace(ship_config, limit=10), silent)
    counts = some.frame.groupby(["subset", "split"]).size()
    assert counts["forty", "train"] == 10
    assert counts["forty", "val"] == 6  # all there are
    assert counts["forty", "test"] == 10
    for _, own in some.frame.groupby("subset"):
        assert set(own["label"]) == {"happy", "sad"}
    assert len(some.fit) == 10 + 6
    assert [len(rows) for rows in some.tests.values()] == [10, 10, 10]
    assert some.hash != data.hash
    assert "a trial: 10 images" in some.notes[-1]


def test_how_the_other_data_would_be_cut_is_not_told(data):
    assert not any("official parts" in note for note in data.notes)


def test_impossible_numbers_are_one_sentence():
    for settings, words in (({"folds": 1}, "folds is 2"), ({"limit": -1}, "limit 0 or more")):
        with pytest.raises(UserError, match=words):
            ShipConfig(**settings)


def test_the_config_that_is_shipped_can_be_read():
    config = read_config(Path(ship.__file__).with_suffix(".toml"), ShipConfig)
    assert config.models == []  # those that the package names, which are recipes
    assert set(SHIPPED) <= set(RECIPES)
    assert RECIPES["texture-svm"].predictor == "5"
    assert config.formats_apart == [Path(source).name for source in config.others]
    assert {f"{Path(config.data).name} {part}" for part in ("val", "test")} == set(config.called)
    assert config.limit == 0
