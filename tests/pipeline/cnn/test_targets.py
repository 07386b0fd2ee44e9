"""pipeline/cnn/targets.py: labels as numbers, class weights, a part held out."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from happysad.pipeline.cnn.targets import class_weights, encode, hold_out
from happysad.utils.errors import UserError

CLASSES = np.array(["happy", "sad"])
TARGETS = np.array([0] * 9 + [1] * 3, np.float32)


def test_encode() -> None:
    classes, targets = encode(np.array(["sad", "happy", "sad"]))
    assert classes.tolist() == ["happy", "sad"]
    assert targets.tolist() == [1, 0, 1]
    assert targets.dtype == np.float32


def test_hold_out_takes_of_each_class_and_of_no_row_twice() -> None:
    held, kept = hold_out(TARGETS, 0.34, seed=0)
    assert sorted([*held, *kept]) == list(range(12))
    assert TARGETS[held].tolist().count(1) == 1
    assert len(held) == 4
    assert hold_out(TARGETS, 0.34, seed=0)[0].tolist() == held.tolist()
    assert any(hold_out(TARGETS, 0.34, seed=s)[0].tolist() != held.tolist() for s in range(1, 9))
    with pytest.raises(UserError, match="at least 2 faces a class"):
        hold_out(TARGETS[:10], 0.1, seed=0)


def test_balanced_is_scikit_learns_rule() -> None:
    expected = compute_class_weight("balanced", classes=np.array([0, 1]), y=TARGETS)
    np.testing.assert_allclose(class_weights("balanced", CLASSES, TARGETS), expected)
    assert class_weights("balanced", CLASSES, TARGETS) == (12 / 18, 2.0)


def test_none_and_dict() -> None:
    assert class_weights(None, CLASSES, TARGETS) == (1, 1)
    assert class_weights({"sad": 3}, CLASSES, TARGETS) == (1, 3)
    assert class_weights({"sad": 3, "happy": 0.5}, CLASSES, TARGETS) == (0.5, 3)


@pytest.mark.parametrize("wrong", ["even", {"angry": 2}, 3, [1, 2]])
def test_another_word_is_named(wrong: object) -> None:
    with pytest.raises(UserError, match=r"give None, 'balanced', or a dict.*happy and sad"):
        class_weights(wrong, CLASSES, TARGETS)


@pytest.mark.parametrize("weight", [0, -1, float("nan"), float("inf")])
def test_a_weight_is_above_nothing(weight: float) -> None:
    with pytest.raises(UserError, match="above 0"):
        class_weights({"sad": weight}, CLASSES, TARGETS)
