"""The images of the shipped models: which are fitted on, which are tested on, which leaked."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from happysad.experiments.runner.fit_tasks import EvaluationSet
from happysad.experiments.shipping.data import read_ship_data
from happysad.utils.console import silent


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
        assert set(data.frame["piece"].iloc[rows]) == {place.dataset}
        assert not set(rows) & set(data.fit)


def test_test_images_that_show_a_picture_fitted_on_are_marked(ship_config, demo_data, tmp_path):
    """Whether it is in train, where the loader names it, or in val, where it does not."""
    copy = shutil.copytree(demo_data, tmp_path / "forty")
    for part in ("train", "val"):
        picture = sorted((copy / part / "happy").iterdir())[0]
        shutil.copy(picture, copy / "test" / "happy" / f"of_{part}.png")
    data = read_ship_data(replace(ship_config, data=str(copy)), silent)
    marked = data.frame[data.frame["near_duplicate_of"] != ""]
    assert sorted(marked["path"].str.rpartition("/")[2]) == ["of_train.png", "of_val.png"]
    assert set(marked["split"]) == {"test"}
    for row in marked.to_dict("records"):
        assert row["near_duplicate_of"] in set(data.frame["path"].iloc[data.fit])


def test_a_trial_takes_some_of_each_part(data, ship_config):
    some = read_ship_data(replace(ship_config, limit=10), silent)
    counts = some.frame.groupby(["piece", "split"]).size()
    assert counts["forty", "train"] == 10
    assert counts["forty", "val"] == 6  # all there are
    assert counts["forty", "test"] == 10
    for _, own in some.frame.groupby("piece"):
        assert set(own["label"]) == {"happy", "sad"}
    assert len(some.fit) == 10 + 6
    assert [len(rows) for rows in some.tests.values()] == [10, 10, 10]
    assert some.digest != data.digest
    assert "a trial: 10 images" in some.notes[-1]


def test_how_the_other_data_would_be_cut_is_not_told(data):
    assert not any("official parts" in note for note in data.notes)
