"""The images of several data sets: which are fitted on, what each counts, who is one group."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from happysad.experiments.console import silent
from happysad.experiments.ship_data import read_ship_data, weight_table
from happysad.features.errors import UserError


@pytest.fixture(scope="module")
def data(ship_config):
    return read_ship_data(ship_config, silent)


def test_official_test_parts_are_not_fitted_on(data):
    part = data.frame.iloc[data.fit]
    forty = part[part["source"] == "forty"]
    assert set(forty["split"]) == {"train", "val"}
    assert len(part) - len(forty) == 72  # all of the set without parts


def test_train_alone(ship_config):
    data = read_ship_data(replace(ship_config, parts=["train"]), silent)
    part = data.frame.iloc[data.fit]
    assert set(part.loc[part["source"] == "forty", "split"]) == {"train"}


def test_within_each_format_both_classes_count_the_same(data, ship_config):
    table = weight_table(data, ship_config)
    assert table["n"].sum() == len(data.fit)
    assert table["share"].sum() == pytest.approx(1.0)
    assert (table["weight"] <= ship_config.most).all()
    for _, own in table.groupby("dataset"):
        assert own["share"].nunique() == 1 or np.ptp(own["share"]) < 1e-12
        assert len(own) == 2
    small = table[table["dataset"] == "news small colour"].set_index("label")
    assert small.loc["happy", "weight"] > small.loc["sad", "weight"]


def test_a_picture_in_two_data_sets_is_one_group(ship_config, demo_data, news, tmp_path):
    copy = shutil.copytree(news, tmp_path / "news")
    picture = sorted((demo_data / "test" / "happy").iterdir())[0]
    shutil.copy(picture, copy / "happy" / "copied.png")
    config = replace(ship_config, data_sets=[str(demo_data), str(copy)])
    data = read_ship_data(config, silent)
    groups = data.frame.set_index("path")["group"]
    assert groups[str(copy / "happy" / "copied.png")] == groups[str(picture)]
    assert data.notes[-1] == "1 pictures are in two data sets and held out together"
    assert read_ship_data(ship_config, silent).notes[-1] == "no picture is in two data sets"
    assert groups.nunique() == len(groups) - 1


def test_a_trial_takes_some_of_each_part(ship_config):
    data = read_ship_data(replace(ship_config, limit=10), silent)
    counts = data.frame.groupby(["piece", "split"]).size()
    assert counts["forty", "train"] == 10
    assert counts["forty", "val"] == 6  # all there are
    for piece in data.pieces:
        own = data.frame.iloc[data.of(piece)]
        assert set(own["label"]) == {"happy", "sad"}
        assert set(own["piece"]) == {piece.name}
        assert set(data.frame["split"].iloc[piece.test]) <= {"test"}
    assert len(data.fit) == 10 + 6 + 10 + 10
    assert data.digest != read_ship_data(ship_config, silent).digest
    assert "a trial: 10 images" in data.notes[-1]


def test_mistakes_are_one_sentence(ship_config):
    with pytest.raises(UserError, match="give two data sets or more"):
        read_ship_data(replace(ship_config, data_sets=ship_config.data_sets[:1]), silent)
    with pytest.raises(UserError, match="the data set news has none"):
        read_ship_data(replace(ship_config, shares={"forty": 1.0}), silent)
