"""Principal components on a common scale."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from happysad.pipeline.estimators.scaled_pca import ScaledPCA


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
