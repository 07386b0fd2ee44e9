"""Principal components on a common scale; arrays kept in half precision in files."""

from __future__ import annotations

import pickle
from copy import deepcopy
from typing import ClassVar

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from happysad.pipeline.estimators.scaled_pca import HalfPrecision, ScaledPCA, to_half


@pytest.fixture(scope="module")
def rows():
    """200 rows of 30 columns, a few directions of which vary most; float32."""
    rng = np.random.default_rng(0)
    return (rng.normal(size=(200, 30)) @ rng.normal(size=(30, 30)) + 5).astype(np.float32)


def test_the_variances_of_all_components_sum_to_one(rows):
    for n in (1, 5, 30):
        out = ScaledPCA(n).fit_transform(rows)
        assert out.shape == (200, n)
        assert out.dtype == np.float32
        assert out.var(axis=0).sum() == pytest.approx(1, abs=1e-3)


def test_units_do_not_matter(rows):
    plain = ScaledPCA(8, random_state=0).fit_transform(rows)
    for factor in (1e-4, 1e4):
        other = ScaledPCA(8, random_state=0).fit_transform(rows * np.float32(factor))
        np.testing.assert_allclose(np.abs(other), np.abs(plain), atol=0.01)


def test_they_are_those_of_scikit_learn(rows):
    ours, theirs = ScaledPCA(6).fit(rows), PCA(6).fit_transform(rows)
    theirs /= np.sqrt(theirs.var(axis=0).sum())
    np.testing.assert_allclose(np.abs(ours.transform(rows)), np.abs(theirs), atol=0.01)
    np.testing.assert_allclose(ours.mean_, rows.mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(ours.components_, axis=1), 1, atol=1e-3)


def test_there_are_never_more_than_rows_or_columns_give(rows):
    assert ScaledPCA(150).fit_transform(rows).shape == (200, 30)
    assert ScaledPCA(150).fit_transform(rows[:8]).shape == (8, 7)
    assert ScaledPCA(2).fit(rows).get_feature_names_out().tolist() == ["scaledpca0", "scaledpca1"]


def test_what_never_varies_is_all_zeros(rows):
    blank = np.full((6, 4), 1234.5, np.float32)
    with np.errstate(all="raise"):
        assert not ScaledPCA(2).fit_transform(blank).any()


def test_impossible_settings_and_rows_are_refused(rows):
    for wrong in (0, -1, 2.5, "mle", None):
        with pytest.raises(ValueError, match="'n_components' parameter of ScaledPCA must be"):
            ScaledPCA(wrong).fit(rows)
    with pytest.raises(ValueError, match="minimum of 2 is required"):
        ScaledPCA(2).fit(rows[:1])
    with pytest.raises(ValueError, match="NaN"):
        ScaledPCA(2).fit(np.where(np.eye(200, 30), np.nan, rows))


def test_it_answers_alike_before_and_after_pickling_and_takes_half_the_space(rows):
    wide = np.tile(rows, 40)
    fitted = ScaledPCA(25, random_state=0).fit(wide)
    data = pickle.dumps(fitted)
    assert fitted.components_.dtype == np.float32
    assert len(data) < 0.7 * (fitted.components_.nbytes + fitted.mean_.nbytes)
    np.testing.assert_array_equal(pickle.loads(data).transform(wide), fitted.transform(wide))


def test_the_same_random_state_gives_the_same(rows):
    wide = np.tile(rows, 40)  # enough for scikit-learn's randomised solver
    one, other = (clone(ScaledPCA(5, random_state=3)).fit_transform(wide) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_as_a_table_and_after_a_scaler_it_is_the_same(rows):
    plain = make_pipeline(StandardScaler(), ScaledPCA(4, random_state=0))
    table = clone(plain).set_output(transform="pandas").fit_transform(rows)
    np.testing.assert_array_equal(table.to_numpy(), plain.fit_transform(rows))
    assert list(table.columns) == [f"scaledpca{i}" for i in range(4)]


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
