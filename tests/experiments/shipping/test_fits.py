"""The fits behind the shipped models: who is fitted on, who is tested on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from happysad.experiments.shipping.data import read_ship_data
from happysad.experiments.shipping.fits import FOLDS, SHIPPED, ship_units
from happysad.utils.console import silent
from happysad.utils.errors import UserError


@pytest.fixture(scope="module")
def data(ship_config):
    return read_ship_data(ship_config, silent)


@pytest.fixture(scope="module")
def units(ship_config, data):
    return [unit for unit in ship_units(ship_config, data) if unit.model == "hog-svm"]


def test_nobody_is_fitted_on_and_tested_on(units, data):
    groups = data.frame["group"].to_numpy(str)
    for unit in units:
        for rows in unit.places.values():
            assert not set(groups[unit.train]) & set(groups[rows]), unit.condition


def test_the_shipped_model_is_fitted_on_all_and_tested_on_all_others(units, data):
    (unit,) = [unit for unit in units if unit.condition == SHIPPED]
    assert list(unit.train) == list(data.fit)
    tested = np.concatenate(list(unit.places.values()))
    assert sorted([*unit.train, *tested]) == list(range(len(data.frame)))


def test_folds_hold_everyone_out_once(units, data):
    folds = [unit for unit in units if unit.condition == FOLDS]
    assert [unit.fold for unit in folds] == [1, 2]
    held = np.concatenate([rows for unit in folds for rows in unit.places.values()])
    assert sorted(held) == sorted(data.fit)
    for unit in folds:
        (rows,) = unit.places.values()
        assert sorted([*unit.train, *rows]) == list(data.fit)
        assert set(data.frame["label"].iloc[unit.train]) == {"happy", "sad"}


def test_without_names_they_are_those_of_the_package(ship_config, data):
    units = ship_units(replace(ship_config, models=[]), data)
    assert {unit.model for unit in units} == {"fusion-svm", "texture-svm"}


def test_too_many_folds_are_one_sentence(ship_config, data):
    with pytest.raises(UserError, match=r"too few .* faces for 30 folds"):
        ship_units(replace(ship_config, folds=30), data)
