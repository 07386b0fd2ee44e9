"""Folds: stratified, every group in one of them."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.pipeline.data.folds import grouped_folds, most_folds
from happysad.utils.errors import UserError

LABELS = ["happy"] * 30 + ["sad"] * 12
GROUPS = [f"p{i // 3}" for i in range(30)] + [f"q{i // 2}" for i in range(12)]


def test_every_row_is_held_out_once_and_no_group_is_cut():
    folds = grouped_folds(LABELS, GROUPS, 3, 0)
    held = np.concatenate([test for _, test in folds])
    assert sorted(held) == list(range(42))
    groups = np.array(GROUPS)
    for train, test in folds:
        assert not set(groups[train]) & set(groups[test])
        assert sorted([*train, *test]) == list(range(42))


def test_classes_keep_their_shares():
    for _, test in grouped_folds(LABELS, GROUPS, 3, 0):
        assert 3 <= np.sum(np.array(LABELS)[test] == "sad") <= 5


def test_seeds_draw_anew_and_repeat():
    one, two, again = (grouped_folds(LABELS, GROUPS, 3, seed) for seed in (0, 1, 0))
    assert all((a[1] == b[1]).all() for a, b in zip(one, again, strict=True))
    assert any(list(a[1]) != list(b[1]) for a, b in zip(one, two, strict=True))


def test_too_few_groups_is_a_one_line_error():
    with pytest.raises(UserError, match="too few sad faces for 7 folds: 7 of different people"):
        grouped_folds(LABELS, GROUPS, 7, 0)


@pytest.mark.parametrize("seed", range(8))
def test_few_unequal_persons_make_folds_all_the_same(seed):
    sizes = {"Ann": (30, 1), "Bob": (1, 9), "Cid": (2, 2), "Dan": (5, 0), "Eve": (0, 4)}
    labels, people = [], []
    for name, (happy, sad) in sizes.items():
        labels += ["happy"] * happy + ["sad"] * sad
        people += [name] * (happy + sad)
    truth, names = np.array(labels), np.array(people)
    assert most_folds(labels, people) == 4
    for folds in (2, 3, 4):
        made = grouped_folds(labels, people, folds, seed)
        assert sorted(np.concatenate([test for _, test in made])) == list(range(len(truth)))
        for train, test in made:
            assert set(truth[train]) == set(truth[test]) == {"happy", "sad"}
            assert not set(names[train]) & set(names[test])
