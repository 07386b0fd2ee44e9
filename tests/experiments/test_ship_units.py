"""The fits behind the models that come along: who is fitted on, who is tested on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from happysad.experiments.console import silent
from happysad.experiments.ship_data import read_ship_data
from happysad.experiments.ship_units import FOLDS, SHIPPED, UNWEIGHTED, joint_folds, ship_units
from happysad.experiments.units import Place
from happysad.features.errors import UserError


@pytest.fixture(scope="module")
def data(ship_config):
    return read_ship_data(ship_config, silent)


@pytest.fixture(scope="module")
def units(ship_config, data):
    return ship_units(ship_config, data, check=True)


def of(units, condition):
    return [u for u in units if u.condition == condition and u.model == "fusion-svm"]


def test_nobody_is_fitted_on_and_tested_on(units, data):
    groups = data.frame["group"].to_numpy(str)
    for unit in units:
        fitted = set(groups[unit.train])
        for rows in unit.places.values():
            assert not fitted & set(groups[rows]), unit.condition


def test_weights_undo_the_format_in_all_but_the_plain_fits(units, data):
    frame = data.frame
    for unit in units:
        if unit.condition == UNWEIGHTED or unit.condition.startswith("fitted alone"):
            assert unit.weights is None
            continue
        part = frame.iloc[unit.train].assign(weight=unit.weights)
        sums = part.groupby(["piece", "label"])["weight"].sum().unstack()
        np.testing.assert_allclose(sums["happy"], sums["sad"])


def test_folds_hold_everyone_out_once_and_every_format(units, data):
    folds = of(units, FOLDS)
    held = np.concatenate([rows for unit in folds for rows in unit.places.values()])
    assert sorted(held) == sorted(data.fit)
    for unit in folds:
        assert {place.dataset for place in unit.places} == {piece.name for piece in data.pieces}
        assert set(data.frame["label"].iloc[unit.train]) == {"happy", "sad"}


def test_the_shipped_model_is_fitted_on_all_and_tested_on_the_official_part(units, data):
    (unit,) = of(units, SHIPPED)
    assert list(unit.train) == list(data.fit)
    assert list(unit.places) == [Place("forty", "test")]


def test_each_data_set_is_left_out_once(units, data):
    (unit,) = of(units, "without news")
    assert set(data.frame["source"].iloc[unit.train]) == {"forty"}
    assert {place.dataset for place in unit.places} == {"news grey 120x120", "news small colour"}
    assert sum(len(rows) for rows in unit.places.values()) == 72
    (unit,) = of(units, "without forty")
    assert list(unit.places) == [Place("forty", "test")]


def test_alone_means_the_train_part_alone(units, data):
    (unit,) = of(units, "fitted alone on forty")
    assert set(data.frame["split"].iloc[unit.train]) == {"train"}
    assert [(place.dataset, place.split) for place in unit.places] == [
        ("forty", "val"), ("forty", "test"),
        ("news grey 120x120", "test"), ("news small colour", "test"),
    ]  # fmt: skip


def test_a_format_of_one_class_is_not_fitted_on(ship_config, data):
    frame = data.frame
    sad = (frame["piece"] == "news grey 120x120") & (frame["label"] == "sad")
    torn = replace(data, fit=data.fit[~sad.to_numpy(bool)[data.fit]])
    (unit,) = of(ship_units(replace(ship_config, folds=2), torn), SHIPPED)
    assert "news grey 120x120" not in set(frame["piece"].iloc[unit.train])


def test_too_many_folds_are_one_sentence(ship_config, data):
    with pytest.raises(UserError, match=r"too few images of .* for 30 folds"):
        joint_folds(replace(ship_config, folds=30), data)
