"""Limits of a share, against published numbers and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from happysad.pipeline.shares import upper_limit, wilson_interval


@pytest.mark.parametrize(("k", "n"), [(81, 263), (15, 148), (0, 20), (1, 29), (29, 29)])
def test_wilson_as_scipy(k, n):
    expected = binomtest(k, n).proportion_ci(0.95, method="wilson")
    low, high = wilson_interval(k, n)
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high))


def test_wilson_published():
    # Newcombe 1998 (Statistics in Medicine 17), table I, method 3.
    low, high = wilson_interval([81, 15, 0, 1], [263, 148, 20, 29])
    assert low.round(4).tolist() == [0.2553, 0.0624, 0.0, 0.0061]
    assert high.round(4).tolist() == [0.3662, 0.1605, 0.1611, 0.1718]


@pytest.mark.filterwarnings("error")
def test_wilson_of_nothing_is_nan_and_the_ends_are_exact():
    low, high = wilson_interval([0, 0, 7], [0, 7, 7])
    assert np.isnan([low[0], high[0]]).all()
    assert low[1] == 0
    assert high[2] == 1


@pytest.mark.parametrize(("k", "n", "confidence"), [(0, 80, 0.8), (3, 100, 0.9), (9, 10, 0.95)])
def test_upper_limit_is_where_so_few_become_unlikely(k, n, confidence):
    limit = float(upper_limit(k, n, confidence))
    assert binom.cdf(k, n, limit) == pytest.approx(1 - confidence)


def test_upper_limit_at_the_ends():
    assert upper_limit([0, 5], [0, 5], 0.8).tolist() == [1, 1]
    assert float(upper_limit(0, 10, 0.8)) == pytest.approx(1 - 0.2 ** (1 / 10))
