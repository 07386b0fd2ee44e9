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
    """Rows of a subset of about each size, sorted; each is a part of every larger one.

    Whole groups (a person, a picture) are taken, so a subset may be a little larger or smaller
    than its size. Groups come in an order that is drawn by their names and the seed, each time
    one of the class that lags most behind its share; the order of the rows does not count.
    """
    queues = _drawn_groups(labels, groups, seed)
    share = {label: list(labels).count(label) / len(labels) for label in LABELS}
    have = dict.fromkeys(LABELS, 0)
    rows: list[int] = []
    ends: list[int] = []
    while any(queues.values()):
        due = {c: share[c] * (len(rows) + 1) - have[c] for c, queue in queues.items() if queue}
        group = queues[max(due, key=lambda c: due[c])].popleft()
        for row in group:
            have[labels[row]] += 1
        rows += group
        ends.append(len(rows))
    nearest = [min(ends, key=lambda end: abs(end - size)) for size in sizes]
    return [np.sort(np.array(rows[:end], np.intp)) for end in nearest]


def _drawn_groups(
    labels: Sequence[str], groups: Sequence[str], seed: int
) -> dict[str, deque[list[int]]]:
    """Rows of each group in the order drawn, by the class that the group has most of."""
    members: dict[str, list[int]] = {}
    for row, name in enumerate(groups):
        members.setdefault(name, []).append(row)
    drawn = {name: hashlib.sha256(f"{seed}:{name}".encode()).digest() for name in members}
    queues: dict[str, deque[list[int]]] = {label: deque() for label in LABELS}
    for name in sorted(members, key=lambda name: drawn[name]):
        own = [labels[row] for row in members[name]]
        queues[max(LABELS, key=own.count)].append(members[name])
    return queues
