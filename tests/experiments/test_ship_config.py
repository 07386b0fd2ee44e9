"""Settings of the models that come along: what is refused."""

from __future__ import annotations

import pytest

from happysad.experiments.ship_config import ShipConfig
from happysad.features.errors import UserError


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"parts": ["test"]}, "never fitted on a test part"),
        ({"parts": ["train", "val", "test"]}, "never fitted on a test part"),
        ({"parts": []}, "never fitted on a test part"),
        ({"folds": 1}, "folds is 2 or more"),
        ({"limit": -1}, "limit 0 or more"),
        ({"most": 0.9}, "most 1 or more"),
        ({"recipes": {"fusion-svm": 3}}, "fusion = 3 is not the name"),
        ({"shares": {"web": 0}}, "web = 0 is not a number above 0"),
        ({"shares": {"web": True}}, "is not a number"),
        ({"shares": {"web": "much"}}, "is not a number"),
    ],
)
def test_wrong_values_are_one_sentence(wrong, told):
    with pytest.raises(UserError, match=told):
        ShipConfig(**wrong)


def test_train_alone_or_with_val():
    assert ShipConfig().parts == ["train", "val"]
    assert ShipConfig(parts=["train"]).parts == ["train"]
