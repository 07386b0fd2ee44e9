"""Items that belong together: directly, or through others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

import numpy as np


def connected_groups(keys: Iterable[Sequence[Hashable]]) -> list[int]:
    """Number the groups of items that share a key, directly or through others.

    Parameters
    ----------
    keys : iterable of sequences
        The keys of each item, such as its person and its content; None is no key.

    Returns
    -------
    list of int
        For each item the index of the first item of its group.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first_with: dict[Hashable, int] = {}
    listed = list(keys)
    pairs = [
        (first_with.setdefault(key, item), item)
        for item, own in enumerate(listed)
        for key in own
        if key is not None
    ]
    ends = np.array(pairs, int).reshape(-1, 2).T
    graph = coo_array((np.ones(len(pairs)), tuple(ends)), shape=(len(listed),) * 2)
    _, numbers = connected_components(graph, directed=False) if listed else (0, np.zeros(0, int))
    _, first, own = np.unique(numbers, return_index=True, return_inverse=True)
    return [int(i) for i in first[own]]


def connected_sets(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The sets of numbers that pairs connect, each sorted, in the order of their least number."""
    listed = sorted(pairs)
    found: dict[int, set[int]] = defaultdict(set)
    for number, pair in zip(connected_groups(listed), listed, strict=True):
        found[number].update(pair)
    return sorted(sorted(members) for members in found.values())
