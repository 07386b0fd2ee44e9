"""Which images show the same picture: saved again, brightened, a little shifted, cropped, mirrored.

Candidates come from a search tree; each is aligned with the other and confirmed by correlation.
Time grows about in proportion to the number of images.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from happysad.pipeline.duplicates.candidate_search import Key, find_candidates
from happysad.pipeline.duplicates.ecc_alignment import SIDE, Match, match
from happysad.utils.progress import report

EQUAL = Match(1.0, 1.0)
_MAX_SET = 30  # a set of copies up to this size is compared pair by pair
_CHUNK = 2000  # pairs between two reports


@dataclass(frozen=True)
class Pair:
    """Two near-duplicates by their positions, and how alike they are.

    Of one list ``first`` < ``second``; of two lists each is a position in its own.

    Examples
    --------
    >>> Pair(0, 2, Match(correlation=0.98, detail=0.95)).match.mirrored
    False
    """

    first: int
    second: int
    match: Match


def find_near_duplicates(thumbnails: Sequence[NDArray[np.uint8] | None]) -> list[Pair]:
    """Pairs of images that show the same picture.

    Another picture of the same person is none. Among many copies of one picture not each pair is
    named, but the pairs connect all of them. A copy both mirrored and shifted by more than a
    twentieth of its side may be missed.

    Parameters
    ----------
    thumbnails : sequence of (48, 48) uint8 arrays
        As ``thumbnail`` makes them; None (a blank image) is a duplicate of nothing.

    Returns
    -------
    list of Pair, sorted by position

    Examples
    --------
    >>> from happysad.pipeline.demo import make_demo_faces
    >>> from happysad.pipeline.duplicates import thumbnail
    >>> faces, _ = make_demo_faces(20)
    >>> brighter_and_cropped = (faces[3] // 2 + 90)[3:, 2:]
    >>> pairs = find_near_duplicates([thumbnail(f) for f in [*faces, brighter_and_cropped]])
    >>> [(pair.first, pair.second) for pair in pairs]
    [(3, 20)]
    """
    copies: dict[bytes, list[int]] = {}
    for n, image in enumerate(thumbnails):
        if image is not None:
            copies.setdefault(image.tobytes(), []).append(n)
    sets = list(copies.values())
    pairs = [Pair(a, b, EQUAL) for same in sets for a, b in _pairs_between(same, same)]
    if len(sets) > 1:
        images = np.stack([np.frombuffer(key, np.uint8).reshape(SIDE, SIDE) for key in copies])
        for p in _search(images):
            between = _pairs_between(sets[p.first], sets[p.second])
            pairs += [Pair(min(a, b), max(a, b), p.match) for a, b in between]
    return sorted(pairs, key=lambda pair: (pair.first, pair.second))


def find_near_duplicates_between(
    thumbnails: Sequence[NDArray[np.uint8] | None], others: Sequence[NDArray[np.uint8] | None]
) -> list[Pair]:
    """Pairs of an image and one of others that show the same picture.

    Neither are compared among themselves. Of more than six copies of a picture some may be missed.

    Parameters
    ----------
    thumbnails, others : sequence of (48, 48) uint8 arrays
        As ``find_near_duplicates`` takes them.

    Returns
    -------
    list of Pair; ``second`` is a position in ``others``

    Examples
    --------
    >>> from happysad.pipeline.demo import make_demo_faces
    >>> from happysad.pipeline.duplicates import thumbnail
    >>> faces, _ = make_demo_faces(20)
    >>> others = [thumbnail(face) for face in (faces[7], (faces[3] // 2 + 90)[3:, 2:])]
    >>> pairs = find_near_duplicates_between([thumbnail(face) for face in faces[:6]], others)
    >>> [(pair.first, pair.second) for pair in pairs]
    [(3, 1)]
    """
    own, far = ([n for n, i in enumerate(s) if i is not None] for s in (thumbnails, others))
    if not own or not far:
        return []
    images = np.stack([image for image in (*thumbnails, *others) if image is not None])
    found = _confirmed(images, find_candidates(images, cut=len(own)))
    return [Pair(own[p.first], far[p.second - len(own)], p.match) for p in found]


def without_chains(pairs: Sequence[Pair], total: int) -> list[Pair]:
    """The pairs without weak links, which lead from picture to picture and join very many images.

    Of a set of more than 30 images, and a twentieth of all, closer and closer pairs are required.
    """
    kept, most = list(pairs), max(_MAX_SET, total // 20)
    for least in (0.90, 0.95, 0.98):
        labels = component_labels(total, [(p.first, p.second) for p in kept])
        small = np.bincount(labels, minlength=1)[labels] <= most
        kept = [p for p in kept if small[p.first] or p.match.detail >= least]
    return kept


def component_labels(n: int, edges: Sequence[tuple[int, int]]) -> NDArray[np.int32]:
    """For each of ``n`` items the number of its group; edges connect two items each."""
    ends = np.array(edges, int).reshape(-1, 2).T
    graph = coo_array((np.ones(len(edges)), tuple(ends)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], np.int32)


def _pairs_between(one: list[int], two: list[int]) -> Iterator[tuple[int, int]]:
    """Each of one with each of two; where those are many, just enough to connect them."""
    if len(one) * len(two) > _MAX_SET**2:
        return ((one[0], b) for b in two if b != one[0])
    return combinations(one, 2) if one is two else product(one, two)


def _search(images: NDArray[np.uint8]) -> list[Pair]:
    """Near-duplicates among (n, 48, 48) images of which no two are equal."""
    candidates = find_candidates(images)
    found = _confirmed(images, candidates)
    # Neighbours of neighbours: in a set of copies the tree's few neighbours miss some pairs.
    tried = {key[:2] for key in candidates}
    labels = component_labels(len(images), [(p.first, p.second) for p in found])
    rest: dict[Key, NDArray[np.float64]] = {}
    for members in pd.Series(labels).groupby(labels).groups.values():
        if 2 < len(members) <= _MAX_SET:
            pairs = set(combinations(members, 2)) - tried
            rest |= {(*pair, False): np.eye(2, 3) for pair in pairs}
    return found + _confirmed(images, rest)


def _confirmed(images: NDArray[np.uint8], starts: dict[Key, NDArray[np.float64]]) -> list[Pair]:
    """The pairs that match; of a pair that does so both ways the one that is not mirrored."""

    def compare(key: Key) -> Match | None:
        first, second, mirrored = key
        one = np.ascontiguousarray(images[first][:, :: -1 if mirrored else 1])
        return match(one, images[second], starts[key], mirrored)

    keys = sorted(starts)
    found: dict[tuple[int, int], Pair] = {}
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as threads:
        for start in range(0, len(keys), _CHUNK):
            some = keys[start : start + _CHUNK]
            for key, result in zip(some, threads.map(compare, some), strict=True):
                if result is not None:
                    found.setdefault((key[0], key[1]), Pair(key[0], key[1], result))
            report("comparing near-duplicates", start + len(some), len(keys))
    return list(found.values())
