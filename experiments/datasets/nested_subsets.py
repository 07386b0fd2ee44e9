"""Nested subsets of a training part: each holds the smaller ones, classes in their shares."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.data.records import LABELS


def nested_subsets(
    labels: Sequence[str], groups: Sequence[str], sizes: Sequence[int], seed: int
) -> list[NDArray[np.intp]]:
    """Rows of a subset of about each size.

    Whole groups are taken, so a subset may be a little larger or smaller than its size. Groups
    come in an order that is drawn by their names and the seed, each time one of the class that
    lags most behind its share; the order in which the rows are given does not count.

    Parameters
    ----------
    labels : (n,) str
        "happy" or "sad".
    groups : (n,) str
        Images with the same group (a person, a picture) are taken together.
    sizes : sequence of int
        1 or more; one of ``n`` or more gives all rows.
    seed : int

    Returns
    -------
    list of (m,) int
        Sorted; each is a part of every larger one.
    """
    order, ends = _ordered_groups(labels, groups, seed)
    subsets = []
    for size in sizes:
        nearest = int(np.argmin(np.abs(ends - size)))
        subsets.append(np.sort(order[: ends[nearest]]))
    return subsets


def _ordered_groups(
    labels: Sequence[str], groups: Sequence[str], seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All rows, group after group, and how many rows there are at the end of each group."""
    members: dict[str, list[int]] = {}
    for row, name in enumerate(groups):
        members.setdefault(name, []).append(row)
    queues = _queues(members, labels, seed)
    share = {label: list(labels).count(label) / len(labels) for label in LABELS}
    have = dict.fromkeys(LABELS, 0)
    rows: list[int] = []
    ends: list[int] = []
    while any(queues.values()):
        due = {c: share[c] * (len(rows) + 1) - have[c] for c, queue in queues.items() if queue}
        group = members[queues[max(due, key=lambda c: due[c])].popleft()]
        for row in group:
            have[labels[row]] += 1
        rows += group
        ends.append(len(rows))
    return np.array(rows, np.intp), np.array(ends, np.intp)


def _queues(
    members: dict[str, list[int]], labels: Sequence[str], seed: int
) -> dict[str, deque[str]]:
    """The groups of each class in the order drawn; one of both is of the class it has most of."""
    drawn = {name: hashlib.sha256(f"{seed}:{name}".encode()).digest() for name in members}
    queues: dict[str, deque[str]] = {label: deque() for label in LABELS}
    for name in sorted(members, key=lambda name: drawn[name]):
        own = [labels[row] for row in members[name]]
        queues[max(LABELS, key=own.count)].append(name)
    return queues
