"""Nested subsets: each in the next, classes in their shares, groups whole."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from happysad.experiments.datasets.nested_subsets import nested_subsets

LABELS = ["happy"] * 60 + ["sad"] * 30
ALONE = [f"g{i}" for i in range(90)]
SIZES = [12, 30, 60, 90]


def test_each_lies_in_the_next_with_classes_in_their_shares():
    subsets = nested_subsets(LABELS, ALONE, SIZES, seed=0)
    assert [len(rows) for rows in subsets] == SIZES
    for small, large in pairwise(subsets):
        assert set(small) < set(large)
    for rows in subsets:
        assert sum(np.array(LABELS)[rows] == "sad") == len(rows) // 3
        assert list(rows) == sorted(set(rows))


@pytest.mark.parametrize("sizes", [[10, 20, 40], [50]])
def test_groups_stay_whole(sizes):
    groups = [f"p{i // 4}" for i in range(90)]  # fours, one of them with faces of both classes
    for size, rows in zip(sizes, nested_subsets(LABELS, groups, sizes, seed=1), strict=True):
        inside = {groups[row] for row in rows}
        outside = {groups[row] for row in set(range(90)) - set(rows)}
        assert not inside & outside
        assert abs(len(rows) - size) <= 2


def test_other_seeds_give_others():
    subsets = [nested_subsets(LABELS, ALONE, [30], seed)[0].tolist() for seed in range(3)]
    assert len({tuple(rows) for rows in subsets}) == 3
    assert nested_subsets(LABELS, ALONE, [30], 0)[0].tolist() == subsets[0]


def test_the_order_of_the_rows_does_not_count():
    mixed = np.random.default_rng(0).permutation(90)
    (rows,) = nested_subsets(LABELS, ALONE, [30], 0)
    (other,) = nested_subsets([LABELS[i] for i in mixed], [ALONE[i] for i in mixed], [30], 0)
    assert {ALONE[row] for row in rows} == {ALONE[mixed[row]] for row in other}


def test_a_class_that_is_rare_is_in_small_subsets_too():
    labels = ["happy"] * 95 + ["sad"] * 5
    (rows,) = nested_subsets(labels, [f"g{i}" for i in range(100)], [20], 0)
    assert sum(labels[row] == "sad" for row in rows) == 1
