"""Which images may show the same picture: neighbours by a perceptual hash of real numbers.

The hash is the 14 strongest principal components of 8 x 8 equalised pixels. A k-d tree gives the
few nearest neighbours of each image and of its slightly shifted, enlarged and mirrored versions,
and of those only the ones stay whose details a small displacement brings together
(``tangent.py``). No step looks at all pairs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.duplicates.ecc_alignment import SIDE
from happysad.pipeline.duplicates.tangent_distance import (
    agreement,
    details,
    inner_rows,
    tangent_spaces,
    unit_rows,
)
from happysad.utils.progress import report

_NEIGHBOURS = 6
_REACH = 0.6  # largest distance of two hashes, which are of unit length
_DIMENSIONS = 14
_SLACK = 1.0  # the tree may give neighbours up to twice as far as the nearest: a fifth of the time
_LIKELY = 0.72  # least agreement of details; hardly a pair that is confirmed has less

# Zoom and shift in pixels of 48. Shifting one image is shifting the other back, so half of the
# directions will do; and enlarging one is shrinking the other.
_PROBES = [
    *((1.0, x, y) for x, y in ((0, 0), (-3, 3), (3, 3))),
    *((1.11, x, y) for x, y in ((0, 0), (-3, -3), (-3, 3), (3, -3), (3, 3))),
]

Key = tuple[int, int, bool]
"""Lower position, higher position, and whether one is mirrored."""


def candidates(images: NDArray[np.uint8]) -> dict[Key, NDArray[np.float64]]:
    """Pairs worth a closer look; about the transform from the first's pixels to the second's."""
    from scipy.spatial import cKDTree

    plain = _small(images, np.eye(2, 3))
    axes = _principal_axes(_hash(plain))
    tree = cKDTree(_hash(plain) @ axes)
    spaces = tangent_spaces(details(plain))
    flipped = np.ascontiguousarray(images[:, :, ::-1])
    best: dict[Key, tuple[float, NDArray[np.float64]]] = {}
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


def _neighbours(
    tree: Any, hashes: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of images and of those near them, pair by pair; none with itself."""
    wanted = _NEIGHBOURS + 1
    _, near = tree.query(hashes, k=wanted, eps=_SLACK, distance_upper_bound=_REACH, workers=-1)
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
