"""Which images may show the same picture: neighbours by a perceptual hash of real numbers.

The hash is the 14 strongest principal components of 8 x 8 equalised pixels. A k-d tree gives the
few nearest neighbours of each image and of its slightly shifted, enlarged and mirrored versions,
and of those only the ones stay whose details a small displacement brings together.

The displacement is not searched for: to first order a slightly moved image is the image plus its
gradients, each by some amount, and how much of another image such a sum can explain is one
projection. Source: Simard, LeCun and Denker, "Efficient Pattern Recognition Using a New
Transformation Distance", NIPS 1992 (the one-sided tangent distance).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from happysad.pipeline.duplicates.ecc_alignment import SIDE
from happysad.utils.progress import report

_NEIGHBOURS = 6
_MAX_DISTANCE = 0.6  # of two hashes, which are of unit length
_DIMENSIONS = 14
_EPS = 1.0  # the tree may give neighbours up to twice as far as the nearest: a fifth of the time
_MIN_AGREEMENT = 0.72  # of details; hardly a pair that is confirmed has less
_EDGE = 1  # pixels at each side that a shift would bring in from outside
_BLUR = 1.5  # pixels; what it takes away are the details
_CHUNK = 4000  # pairs compared at a time

# Zoom and shift in pixels of 48. Shifting one image is shifting the other back, so half of the
# directions will do; and enlarging one is shrinking the other.
_PROBES = [
    *((1.0, x, y) for x, y in ((0, 0), (-3, 3), (3, 3))),
    *((1.11, x, y) for x, y in ((0, 0), (-3, -3), (-3, 3), (3, -3), (3, 3))),
]

Key = tuple[int, int, bool]  # lower position, higher position, whether one is mirrored


def find_candidates(
    images: NDArray[np.uint8], cut: int | None = None
) -> dict[Key, NDArray[np.float64]]:
    """Pairs worth a closer look among (n, 48, 48) images.

    Each with the approximate (2, 3) transform from the first image's pixels to the second's. With
    ``cut`` only pairs of one of the first ``cut`` images and one of the rest.
    """
    plain = _small(images, np.eye(2, 3))
    hashes = _hash(plain)
    centred = hashes - hashes.mean(axis=0)
    _, components = np.linalg.eigh(centred.T @ centred)  # the strongest last
    axes = components[:, ::-1][:, :_DIMENSIONS]
    points, every = hashes @ axes, np.arange(len(images))
    parts = [every] if cut is None else [every[:cut], every[cut:]]
    # Of two parts each is looked for among the other: the probes go half of the ways only.
    trees = [(part, cKDTree(points[part])) for part in parts]
    searches = [(one, *other) for one, other in zip(parts, reversed(trees), strict=True)]
    spaces = tangent_spaces(details(plain))
    flipped = np.ascontiguousarray(images[:, :, ::-1])
    best: dict[Key, tuple[float, NDArray[np.float64]]] = {}
    probes = [(probe, False) for probe in _PROBES] + [(_PROBES[0], True)]
    for done, ((zoom, x, y), mirrored) in enumerate(probes, 1):
        middle = (SIDE - 1) / 2 * (1 - zoom)
        matrix = np.array([[zoom, 0, middle + x], [0, zoom, middle + y]])
        moved = _small(flipped if mirrored else images, matrix)
        one, two = _neighbours(searches, _hash(moved) @ axes)
        value = agreement(inner_rows(details(moved)), spaces, one, two)
        for n in np.flatnonzero(value > _MIN_AGREEMENT):
            a, b = int(one[n]), int(two[n])
            key = (min(a, b), max(a, b), mirrored)
            if key not in best or value[n] > best[key][0]:
                start = matrix if a < b else _inverse(matrix, mirrored)
                best[key] = float(value[n]), start
        report("looking for near-duplicates", done, len(probes))
    return {key: start for key, (_, start) in best.items()}


def details(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a blur takes away from (n, S, S) images."""
    return np.stack([image - cv2.GaussianBlur(image, (0, 0), _BLUR) for image in images])


def inner_rows(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, S, S) images without their edges as rows of mean 0 and length 1."""
    inside = images[:, _EDGE:-_EDGE, _EDGE:-_EDGE]
    return unit_rows(inside.reshape(len(images), -1))


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of mean 0 and length 1; constant ones stay 0."""
    rows = rows - rows.mean(axis=-1, keepdims=True)
    lengths = np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-6)
    return np.asarray(rows / lengths, np.float32)


def tangent_spaces(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Orthonormal rows (n, 7, (S - 2)^2): each of (n, S, S) images and its affine displacements."""
    down, across = (np.asarray(part, np.float32) for part in np.gradient(images, axis=(1, 2)))
    ramp = np.linspace(-1, 1, images.shape[1], dtype=np.float32)
    x, y = ramp[None, None, :], ramp[None, :, None]
    moved = [images, across, down, x * across, y * across, x * down, y * down]
    rows = np.stack([inner_rows(image) for image in moved], axis=1)
    gram = rows @ rows.transpose(0, 2, 1)
    # A little on the diagonal keeps images without structure, whose rows are 0, solvable.
    lower = np.linalg.cholesky(gram + 1e-3 * np.eye(len(moved), dtype=np.float32))
    return np.asarray(np.linalg.solve(lower, rows), np.float32)


def agreement(
    rows: NDArray[np.float32],
    spaces: NDArray[np.float32],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Multiple correlation, 0 to 1, of ``rows[first]`` with ``spaces[second]``, pair by pair."""
    found = np.zeros(len(first), np.float32)
    for start in range(0, len(first), _CHUNK):
        cut = slice(start, start + _CHUNK)
        projections = np.einsum("nij,nj->ni", spaces[second[cut]], rows[first[cut]])
        found[cut] = np.linalg.norm(projections, axis=1)
    return found


def _neighbours(
    searches: Sequence[tuple[NDArray[np.int64], NDArray[np.int64], Any]],
    hashes: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of images and of those near them, pair by pair; none with itself.

    A search is the positions of the images looked for, those of the images in a tree, and the tree.
    """
    k = _NEIGHBOURS + 1
    found = []
    for asked, known, tree in searches:
        _, near = tree.query(
            hashes[asked], k=k, eps=_EPS, distance_upper_bound=_MAX_DISTANCE, workers=-1
        )
        one, two = np.repeat(asked, k), near.ravel()
        there = two < tree.n
        found.append(np.stack([one[there], known[two[there]]]))
    one, two = np.concatenate(found, axis=1)
    return one[one != two], two[one != two]


def _inverse(matrix: NDArray[np.float64], mirrored: bool) -> NDArray[np.float64]:
    """The transform back, in which the second image is mirrored where the first one was."""
    full = np.vstack([matrix, [0, 0, 1]])
    if mirrored:
        flip = np.array([[-1.0, 0, SIDE - 1], [0, 1, 0], [0, 0, 1]])
        full = flip @ full @ flip
    return np.asarray(np.linalg.inv(full)[:2])


def _small(images: NDArray[np.uint8], matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    """(n, 16, 16) images under a transform of their 48 x 48 pixels; edges are repeated."""
    size, edges = (SIDE, SIDE), cv2.BORDER_REPLICATE
    out = np.empty((len(images), SIDE // 3, SIDE // 3), np.uint8)
    for n, image in enumerate(images):
        moved = cv2.GaussianBlur(image, (0, 0), 1.0)
        moved = cv2.warpAffine(moved, matrix, size, flags=cv2.INTER_LINEAR, borderMode=edges)
        out[n] = cv2.resize(moved, (SIDE // 3, SIDE // 3), interpolation=cv2.INTER_AREA)
    return out.astype(np.float32)


def _hash(small: NDArray[np.float32]) -> NDArray[np.float32]:
    """8 x 8 means of (n, 16, 16) images as rows of length 1."""
    n, side = len(small), small.shape[1] // 2
    return unit_rows(small.reshape(n, side, 2, side, 2).mean(axis=(2, 4)).reshape(n, -1))
