"""Arrays of half precision: as float32 at work, as float16 in a file."""

from __future__ import annotations

import pickle
from copy import deepcopy
from typing import ClassVar

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone

from happysad.pipeline.estimators.half_precision import HalfPrecision, to_half


class Holder(HalfPrecision, BaseEstimator):
    """Two arrays, of which one is kept in half precision."""

    _half: ClassVar = {"large_": np.float32}

    def __init__(self, scale=1.0):
        self.scale = scale

    def fit(self, array):
        self.large_ = to_half(array * self.scale)
        self.exact_ = np.asarray(array, np.float32)
        return self


@pytest.fixture
def array():
    return np.random.default_rng(0).normal(size=(200, 30))


@pytest.fixture
def holder(array):
    return Holder().fit(array)


def test_numbers_are_rounded_to_eleven_bits(array):
    rounded = to_half(array)
    assert rounded.dtype == np.float32
    relative = np.abs(rounded - array) / np.abs(array)
    assert relative.max() <= 2**-11
    assert relative.max() > 2**-13
    np.testing.assert_array_equal(to_half(rounded), rounded)
    assert to_half(np.array([2049.0, 0.1])).tolist() == [2048.0, float(np.float16(0.1))]


def test_whatever_the_order_in_memory_it_is_that_of_c(array):
    assert to_half(array.T).flags.c_contiguous
    np.testing.assert_array_equal(to_half(array.T), to_half(array).T)


def copies(holder, folder):
    joblib.dump(holder, folder / "holder.joblib")
    return {
        "pickle": pickle.loads(pickle.dumps(holder)),
        "joblib": joblib.load(folder / "holder.joblib"),
        "deepcopy": deepcopy(holder),
    }


def test_what_comes_back_is_exactly_what_went(holder, tmp_path):
    for how, copy in copies(holder, tmp_path).items():
        np.testing.assert_array_equal(copy.large_, holder.large_, how)
        np.testing.assert_array_equal(copy.exact_, holder.exact_, how)
        assert copy.large_.dtype == copy.exact_.dtype == np.float32
        assert copy.large_.flags.c_contiguous
        assert copy.get_params() == holder.get_params()
    assert holder.large_.dtype == np.float32  # what was saved is left as it was


def test_it_takes_half_the_bytes(holder):
    exact = len(pickle.dumps({"exact_": holder.exact_}))
    del holder.exact_
    assert len(pickle.dumps(holder)) == pytest.approx(exact / 2, rel=0.05)


def test_before_a_fit_there_is_nothing_to_halve(holder):
    fresh = clone(holder)
    assert not hasattr(fresh, "large_")
    assert pickle.loads(pickle.dumps(Holder(2.0))).get_params() == {"scale": 2.0}
    assert deepcopy(Holder(3.0)).scale == 3.0
