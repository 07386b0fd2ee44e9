"""Which images show the same picture: saved again, brightened, a little shifted, cropped, mirrored.

Three steps, none of which looks at all pairs:

1. A perceptual hash of real numbers, the 14 strongest principal components of 8 x 8 equalised
   pixels, goes into a k-d tree. The few nearest neighbours of each image, and of its slightly
   shifted, enlarged and mirrored versions, are candidates.
2. Candidates whose details no small displacement brings together are dropped (``tangent.py``).
3. What is left is laid upon each other at 48 x 48 and confirmed by correlation (``alignment.py``).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.features.progress import report
from happysad.pipeline.alignment import SIDE, Match, match
from happysad.pipeline.grouping import connected_sets
from happysad.pipeline.tangent import agreement, details, inner_rows, tangent_spaces, unit_rows

_NEIGHBOURS = 6
_REACH = 0.6  # largest distance of two hashes, which are of unit length
_DIMENSIONS = 14
_LIKELY = 0.72  # least agreement of details; hardly a pair that is confirmed has less
EQUAL = Match(1.0, 1.0)
_WHOLE = 30  # a set of copies up to this size is compared pair by pair
_CHUNK = 2000  # pairs between two reports

# Zoom and shift in pixels of 48. Shifting one image is shifting the other back, so half of the
# directions will do; and enlarging one is shrinking the other.
_PROBES = [
    *((1.0, x, y) for x, y in ((0, 0), (-3, 3), (3, 3))),
    *((1.11, x, y) for x, y in ((0, 0), (-3, -3), (-3, 3), (3, -3), (3, 3))),
]

_Key = tuple[int, int, bool]
"""Lower position, higher position, and whether one is mirrored."""


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
    candidates = _candidates(images)
    found = _confirmed(images, candidates)
    # Neighbours of neighbours: in a set of copies the tree's few neighbours miss some pairs.
    tried = {key[:2] for key in candidates}
    rest = {
        (*pair, False): np.eye(2, 3)
        for pair in _pairs_within((p.first, p.second) for p in found)
        if pair not in tried
    }
    return found + _confirmed(images, rest)


def _candidates(images: NDArray[np.uint8]) -> dict[_Key, NDArray[np.float64]]:
    """Pairs worth a closer look; about the transform from the first's pixels to the second's."""
    from scipy.spatial import cKDTree

    plain = _small(images, np.eye(2, 3))
    axes = _principal_axes(_hash(plain))
    tree = cKDTree(_hash(plain) @ axes)
    spaces = tangent_spaces(details(plain))
    flipped = np.ascontiguousarray(images[:, :, ::-1])
    best: dict[_Key, tuple[float, NDArray[np.float64]]] = {}
    probes = [(probe, False) for probe in _PROBES] + [(_PROBES[0], True)]
    for done, (probe, mirrored) in enumerate(probes, 1):
        matrix = _matrix(*probe)
        seen = _small(flipped if mirrored else images, matrix)
        one, two = _neighbours(tree, _hash(seen) @ axes)
        value = agreement(inner_rows(details(seen)), spaces, one, two)
        for n in np.flatnonzero(value > _LIKELY):
            a, b = int(one[n]), int(two[n])
            key = (min(a, b), max(a, b), mirrored)
            if key not in best or value[n] > best[key][0]:
                start = matrix if a < b else _backwards(matrix, mirrored)
                best[key] = float(value[n]), start
        report("looking for near-duplicates", done, len(probes))
    return {key: start for key, (_, start) in best.items()}


def _confirmed(images: NDArray[np.uint8], wanted: dict[_Key, NDArray[np.float64]]) -> list[Pair]:
    """The pairs that match; of a pair that does so both ways the one that is not mirrored."""

    def compare(key: _Key) -> Match | None:
        one, two = images[key[0]], images[key[1]]
        if key[2]:
            one = np.ascontiguousarray(one[:, ::-1])
        return match(one, two, wanted[key], mirrored=key[2])

    keys, found = sorted(wanted), {}
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as threads:
        for start in range(0, len(keys), _CHUNK):
            some = keys[start : start + _CHUNK]
            for key, same in zip(some, threads.map(compare, some), strict=True):
                if same is not None:
                    found.setdefault(key[:2], Pair(key[0], key[1], same))
            report("comparing near-duplicates", start + len(some), len(keys))
    return list(found.values())


def _pairs_within(known: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """All pairs of each small set of images that the known pairs connect."""
    for members in connected_sets(known):
        if 2 < len(members) <= _WHOLE:
            yield from ((a, b) for n, a in enumerate(members) for b in members[n + 1 :])


def _neighbours(
    tree: Any, hashes: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of images and of those near them, pair by pair; none with itself."""
    wanted = _NEIGHBOURS + 1
    _, near = tree.query(hashes, k=wanted, distance_upper_bound=_REACH, workers=-1)
    one, two = np.repeat(np.arange(len(hashes)), wanted), near.ravel()
    keep = (two < len(hashes)) & (one != two)
    return one[keep], two[keep]


def _matrix(zoom: float, x: float, y: float) -> NDArray[np.float64]:
    """Enlarge about the middle, then shift: (2, 3)."""
    middle = (SIDE - 1) / 2 * (1 - zoom)
    return np.array([[zoom, 0, middle + x], [0, zoom, middle + y]])


def _backwards(matrix: NDArray[np.float64], mirrored: bool) -> NDArray[np.float64]:
    """The transform from the second image to the first where ``matrix`` is the one forth.

    Where the first was mirrored for ``matrix``, the second is mirrored for the way back.
    """
    full = np.vstack([matrix, [0, 0, 1]])
    if mirrored:
        flip = np.array([[-1.0, 0, SIDE - 1], [0, 1, 0], [0, 0, 1]])
        full = flip @ full @ flip
    return np.asarray(np.linalg.inv(full)[:2])


def _small(images: NDArray[np.uint8], matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    """(n, 16, 16) images under a transform of their 48 x 48 pixels; edges are repeated."""
    import cv2

    size, edges = (SIDE, SIDE), cv2.BORDER_REPLICATE
    out = np.empty((len(images), SIDE // 3, SIDE // 3), np.uint8)
    for n, image in enumerate(images):
        seen = cv2.GaussianBlur(image, (0, 0), 1.0)
        seen = cv2.warpAffine(seen, matrix, size, flags=cv2.INTER_LINEAR, borderMode=edges)
        out[n] = cv2.resize(seen, (SIDE // 3, SIDE // 3), interpolation=cv2.INTER_AREA)
    return out.astype(np.float32)


def _hash(small: NDArray[np.float32]) -> NDArray[np.float32]:
    """8 x 8 means of (n, 16, 16) images as rows of length 1."""
    n, side = len(small), small.shape[1] // 2
    return unit_rows(small.reshape(n, side, 2, side, 2).mean(axis=(2, 4)).reshape(n, -1))


def _principal_axes(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The directions in which the rows differ most, as columns."""
    centred = rows - rows.mean(axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    return np.asarray(vectors[:, ::-1][:, :_DIMENSIONS], np.float32)
