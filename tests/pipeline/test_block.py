"""Principal components of a block, brought to a common scale."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from happysad.pipeline.block import PrincipalBlock


@pytest.fixture
def rows() -> np.ndarray:
    """50 rows of 12 columns whose spreads differ a hundredfold."""
    rng = np.random.default_rng(5)
    mixed = rng.normal(size=(50, 12)) @ rng.normal(size=(12, 12))
    return (mixed * np.geomspace(0.1, 10, 12) + 3).astype(np.float32)


@pytest.mark.parametrize("weight", [1.0, 0.25, 2.0])
@pytest.mark.parametrize("factor", [1e-3, 1.0, 1e3])
def test_variances_sum_to_the_weight_in_whatever_units(rows, weight, factor):
    block = PrincipalBlock(6, weight=weight, random_state=0).fit(rows * np.float32(factor))
    reduced = block.transform(rows * np.float32(factor))
    assert reduced.var(axis=0).sum() == pytest.approx(weight, rel=1e-3)


def test_distances_are_kept_when_all_components_are(rows):
    reduced = PrincipalBlock(12, random_state=0).fit_transform(rows)
    before = np.linalg.norm(rows[:, None] - rows, axis=2)
    after = np.linalg.norm(reduced[:, None] - reduced, axis=2)
    np.testing.assert_allclose(after / after.max(), before / before.max(), atol=1e-4)


def test_the_first_component_holds_most(rows):
    variances = PrincipalBlock(5, random_state=0).fit_transform(rows).var(axis=0)
    assert (np.diff(variances) <= 1e-6).all()


def test_fit_transform_is_fit_then_transform(rows):
    block = PrincipalBlock(5, random_state=0)
    np.testing.assert_allclose(block.fit_transform(rows), block.transform(rows), atol=1e-4)
    other = PrincipalBlock(5, random_state=0).fit(rows)
    np.testing.assert_array_equal(other.transform(rows), block.transform(rows))


def test_standardised_columns_may_come_in_any_units(rows):
    units = np.geomspace(0.01, 100, 12).astype(np.float32)
    one = PrincipalBlock(12, standardize=True, random_state=0).fit_transform(rows)
    two = PrincipalBlock(12, standardize=True, random_state=0).fit_transform(rows * units)
    np.testing.assert_allclose(np.abs(one), np.abs(two), atol=2e-3)
    plain = PrincipalBlock(12, random_state=0).fit_transform(rows * units)
    assert np.abs(np.abs(plain) - np.abs(one)).max() > 0.1


@pytest.mark.parametrize(("n", "asked", "given"), [(50, 200, 12), (50, 4, 4), (6, 200, 5)])
def test_never_more_components_than_faces_or_columns_allow(rows, n, asked, given):
    block = PrincipalBlock(asked, random_state=0)
    assert block.fit_transform(rows[:n]).shape == (n, given)
    assert block.transform(rows[:3]).shape == (3, given)
    assert list(block.get_feature_names_out()) == [f"principalblock{i}" for i in range(given)]


def test_columns_that_never_change_do_no_harm(rows):
    rows[:, 4] = 7
    for standardize in (False, True):
        block = PrincipalBlock(5, standardize=standardize, random_state=0).fit(rows)
        assert np.isfinite(block.transform(rows)).all()


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # PCA's shares of no variance
def test_faces_that_are_all_the_same():
    same = np.full((8, 3), 2, np.float32)
    np.testing.assert_array_equal(PrincipalBlock(2).fit(same).transform(same), np.zeros((8, 2)))


def test_float32_in_and_out_and_the_input_untouched(rows):
    before = rows.copy()
    block = PrincipalBlock(5, standardize=True, random_state=0).fit(rows)
    assert block.transform(rows).dtype == np.float32
    assert block.transform(rows.astype(np.float64)).dtype == np.float32
    np.testing.assert_array_equal(rows, before)


def test_a_batch_equals_its_singles_and_no_rows_give_none(rows):
    block = PrincipalBlock(5, random_state=0).fit(rows)
    singles = np.concatenate([block.transform(rows[i : i + 1]) for i in range(6)])
    np.testing.assert_allclose(singles, block.transform(rows[:6]), atol=1e-5)
    assert block.transform(rows[:0]).shape == (0, 5)


def test_clone_forgets(rows):
    block = PrincipalBlock(5, weight=0.5, standardize=True, random_state=3).fit(rows)
    copy = clone(block)
    assert copy.get_params() == block.get_params()
    with pytest.raises(NotFittedError):
        copy.transform(rows)
