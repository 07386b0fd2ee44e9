"""How alike two images can become by a small shift, stretch or turn, without trying any.

To first order a slightly moved image is the image plus its gradients, each by some amount. How
much of another image such a sum can explain is one projection: cheap enough for every candidate.

Source: Simard, LeCun and Denker, "Efficient Pattern Recognition Using a New Transformation
Distance", NIPS 1992 (the one-sided tangent distance).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_EDGE = 1  # pixels at each side that a shift would bring in from outside
_BLUR = 1.5  # pixels; what it takes away are the details
_AT_ONCE = 4000


def details(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a blur takes away from (n, S, S) images."""
    import cv2

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
    """Orthonormal rows that span each image and its affine displacements.

    Parameters
    ----------
    images : (n, S, S) float32
        As ``details`` gives them.

    Returns
    -------
    (n, 7, (S - 2)^2) float32
    """
    down, across = (np.asarray(part, np.float32) for part in np.gradient(images, axis=(1, 2)))
    place = np.linspace(-1, 1, images.shape[1], dtype=np.float32)
    x, y = place[None, None, :], place[None, :, None]
    moved: list[NDArray[np.float32]] = [
        images,
        across,
        down,
        x * across,
        y * across,
        x * down,
        y * down,
    ]
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
    for start in range(0, len(first), _AT_ONCE):
        cut = slice(start, start + _AT_ONCE)
        shares = np.einsum("nij,nj->ni", spaces[second[cut]], rows[first[cut]])
        found[cut] = np.linalg.norm(shares, axis=1)
    return found
