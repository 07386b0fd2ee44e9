from __future__ import annotations

from happysad.pipeline.duplicates.connected_components import connected_groups, connected_sets


def test_groups_are_connected_through_others() -> None:
    assert connected_groups([["a"], ["b"], ["b", "c"], ["d"], ["c", "a"]]) == [0, 0, 0, 3, 0]
    assert connected_groups([[None], [None]]) == [0, 1]
    assert connected_groups([]) == []


def test_sets_that_pairs_connect() -> None:
    assert connected_sets([(7, 9), (1, 2), (5, 9), (0, 2)]) == [[0, 1, 2], [5, 7, 9]]
    assert connected_sets([]) == []
