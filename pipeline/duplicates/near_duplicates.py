"""Which images show the same picture: saved again, brightened, a little shifted, cropped, mirrored.

Candidates come from a search tree (``candidates.py``); each is laid upon the other and confirmed by
correlation (``alignment.py``). No step looks at all pairs: time grows about in proportion to the
number of images.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.duplicates.candidate_search import Key, candidates
from happysad.pipeline.duplicates.connected_components import connected_sets
from happysad.pipeline.duplicates.ecc_alignment import SIDE, Match, match
from happysad.utils.progress import report

EQUAL = Match(1.0, 1.0)
_WHOLE = 30  # a set of copies up to this size is compared pair by pair
_CHUNK = 2000  # pairs between two reports


@dataclass(frozen=True)
class Pair:
    """Two near-duplicates, by their positions (``first`` < ``second``), and how alike they are."""

    first: int
    second: int
    match: Match


def near_duplicates(thumbnails: Sequence[NDArray[np.uint8] | None]) -> list[Pair]:
    """Pairs of images that show the same picture.

    Another picture of the same person is none. Among many copies of one picture not each pair is
    named, but the pairs connect all of them. A copy both mirrored and shifted by more than a
    twentieth of its side may be missed.

    Parameters
    ----------
    thumbnails : sequence of (48, 48) uint8 arrays
        As ``alignment.thumbnail`` makes them; None (a blank image) is a duplicate of nothing.

    Returns
    -------
    list of Pair, sorted by position
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


def without_chains(pairs: Sequence[Pair], total: int) -> list[Pair]:
    """The pairs that images are kept together by: weak links that join very much are left out.

    Each pair is one picture, but from pair to pair a row of pictures can lead far. A set of more
    than 30 images, and more than a twentieth of all, must hold together by surer pairs: the
    least correlation of details asked of its pairs rises until it falls apart.

    Parameters
    ----------
    total : int
        How many images there are.
    """
    kept, most = list(pairs), max(_WHOLE, total // 20)
    for least in (0.90, 0.95, 0.98):
        sets = connected_sets((p.first, p.second) for p in kept)
        large = {n for members in sets if len(members) > most for n in members}
        kept = [p for p in kept if p.first not in large or p.match.detail >= least]
    return kept


def _pairs_between(one: list[int], two: list[int]) -> Iterator[tuple[int, int]]:
    """Each of one with each of two; where those are many, just enough to connect them."""
    if len(one) * len(two) <= _WHOLE**2:
        yield from ((a, b) for a in one for b in two if one is not two or a < b)
    else:
        yield from ((one[0], b) for b in two if b != one[0])


def _search(images: NDArray[np.uint8]) -> list[Pair]:
    """Near-duplicates among (n, 48, 48) images of which no two are equal."""
    likely = candidates(images)
    found = _confirmed(images, likely)
    # Neighbours of neighbours: in a set of copies the tree's few neighbours miss some pairs.
    tried = {key[:2] for key in likely}
    rest = {
        (*pair, False): np.eye(2, 3)
        for pair in _pairs_within((p.first, p.second) for p in found)
        if pair not in tried
    }
    return found + _confirmed(images, rest)


def _confirmed(images: NDArray[np.uint8], wanted: dict[Key, NDArray[np.float64]]) -> list[Pair]:
    """The pairs that match; of a pair that does so both ways the one that is not mirrored."""

    def compare(key: Key) -> Match | None:
        one, two = images[key[0]], images[key[1]]
        if key[2]:
            one = np.ascontiguousarray(one[:, ::-1])
        return match(one, two, wanted[key], mirrored=key[2])

    keys = sorted(wanted)
    found: dict[tuple[int, int], Pair] = {}
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as threads:
        for start in range(0, len(keys), _CHUNK):
            some = keys[start : start + _CHUNK]
            for key, same in zip(some, threads.map(compare, some), strict=True):
                if same is not None:
                    found.setdefault((key[0], key[1]), Pair(key[0], key[1], same))
            report("comparing near-duplicates", start + len(some), len(keys))
    return list(found.values())


def _pairs_within(known: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """All pairs of each small set of images that the known pairs connect."""
    for members in connected_sets(known):
        if 2 < len(members) <= _WHOLE:
            yield from ((a, b) for n, a in enumerate(members) for b in members[n + 1 :])
