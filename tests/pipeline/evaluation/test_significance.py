"""McNemar's test and Holm's correction, against scipy and numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from happysad.pipeline.evaluation.significance import holm, mcnemar


def answers(both: int, only_a: int, only_b: int, neither: int = 0):
    a = [True] * (both + only_a) + [False] * (only_b + neither)
    b = [True] * both + [False] * only_a + [True] * only_b + [False] * neither
    return np.array(a), np.array(b)


@pytest.mark.parametrize(("only_a", "only_b"), [(5, 0), (1, 9), (50, 58), (48, 544), (3, 3)])
def test_it_is_the_binomial_test_of_those_that_differ(only_a, only_b):
    found = mcnemar(*answers(20, only_a, only_b, 7))
    assert (found.only_a, found.only_b) == (only_a, only_b)
    tail = binom.cdf(min(only_a, only_b), only_a + only_b, 0.5)
    assert found.p == pytest.approx(min(1, 2 * tail), rel=1e-9)


def test_by_hand():
    # 5 of 5 for one model: 2 of 32 outcomes are as extreme.
    assert mcnemar(*answers(3, 5, 0)).p == pytest.approx(2 / 32)


def test_equal_models():
    assert mcnemar(*answers(9, 0, 0, 3)) == (0, 0, 1.0)
    assert mcnemar(*answers(9, 4, 4)).p == 1
    assert mcnemar([], []) == (0, 0, 1.0)


def test_the_order_of_the_models_does_not_matter():
    a, b = answers(10, 9, 2, 1)
    assert mcnemar(a, b).p == mcnemar(b, a).p < 0.1


def test_other_images_are_refused():
    with pytest.raises(ValueError, match="same images"):
        mcnemar([True], [True, False])


def test_holm_by_hand():
    # Ordered 0.005, 0.01, 0.03, 0.04, times 4, 3, 2, 1, and none below one before it.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_ends():
    assert holm([]).tolist() == []
    assert holm([0.3]).tolist() == [0.3]
    assert holm([0.9, 0.8]).tolist() == [1, 1]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_lies_between_the_value_and_bonferroni(p):
    corrected = holm(p)
    assert (corrected >= np.array(p)).all()
    assert (corrected <= np.minimum(1, np.array(p) * len(p)) + 1e-12).all()
    assert corrected.min() == pytest.approx(min(1, min(p) * len(p)))
    assert (np.diff(corrected[np.argsort(p, kind="stable")]) >= 0).all()
