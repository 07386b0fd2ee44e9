"""Items that belong together: directly, or through others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence


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
    parent: list[int] = []
    first_with: dict[Hashable, int] = {}

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for item, own in enumerate(keys):
        parent.append(item)
        for key in own:
            if key is not None:
                one, two = root(first_with.setdefault(key, item)), root(item)
                parent[max(one, two)] = min(one, two)
    return [root(item) for item in range(len(parent))]


def connected_sets(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The sets of numbers that pairs connect, each sorted, in the order of their least number."""
    listed = sorted(pairs)
    found: dict[int, set[int]] = defaultdict(set)
    for number, pair in zip(connected_groups(listed), listed, strict=True):
        found[number].update(pair)
    return sorted(sorted(members) for members in found.values())
