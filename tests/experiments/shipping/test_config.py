"""The settings of the shipped models."""

from __future__ import annotations

from pathlib import Path

import pytest

from happysad.experiments.runner.config import read_config
from happysad.experiments.shipping import ship
from happysad.experiments.shipping.config import ShipConfig
from happysad.pipeline.model_files.shipped import SHIPPED
from happysad.pipeline.models.registry import RECIPES
from happysad.utils.errors import UserError


@pytest.mark.parametrize(
    ("wrong", "told"), [({"folds": 1}, "folds is 2 or more"), ({"limit": -1}, "limit 0 or more")]
)
def test_impossible_numbers_are_one_sentence(wrong, told):
    with pytest.raises(UserError, match=told):
        ShipConfig(**wrong)


def test_the_config_that_is_shipped_can_be_read():
    config = read_config(Path(ship.__file__).with_suffix(".toml"), ShipConfig)
    assert config.models == []  # those that the package names, which are recipes
    assert set(SHIPPED) <= set(RECIPES)
    assert RECIPES["texture-svm"].predictor == "5"
    assert config.formats_apart == [Path(source).name for source in config.others]
    assert {f"{Path(config.data).name} {part}" for part in ("val", "test")} == set(config.called)
    assert config.limit == 0
