"""A similarity transform that turns a face upright, its eyes in fixed places."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EYE_X, EYE_Y = 0.29, 0.32
"""Centre of the eye on the left of a crop, as fractions of the side; the other eye mirrors it.

Chosen on FER2013's validation part: the mouth and chin fill the lower two thirds.
"""


def eye_centers(points: NDArray[np.float32]) -> NDArray[np.float64]:
    """Centres of the eyes on the picture's left and right, (2, 2) float64, x and y.

    ``points`` are dlib's landmarks: (68, 2), six around each eye, or (5, 2), two corners of each.
    """
    left, right = (slice(2, 4), slice(0, 2)) if len(points) == 5 else (slice(36, 42), slice(42, 48))
    return np.array([points[left].mean(axis=0), points[right].mean(axis=0)], dtype=np.float64)


def eye_line_transform(eyes: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """The (2, 3) matrix from image pixels to those of a crop, of ``eye_centers`` in the image."""
    target = np.array([[EYE_X, EYE_Y], [1 - EYE_X, EYE_Y]]) * size - 0.5
    # As complex numbers a similarity is z -> a z + b, and two points determine it.
    (p, q), (u, v) = eyes @ [1, 1j], target @ [1, 1j]
    a = (v - u) / (q - p) if abs(q - p) > 1e-6 else complex(1.0)
    b = (u + v) / 2 - a * (p + q) / 2
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def warp(image: NDArray[np.uint8], matrix: NDArray[np.float64], size: int) -> NDArray[np.uint8]:
    """The (size, size) or (size, size, 3) crop of an image by a similarity; edges are repeated."""
    import cv2

    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if scale < 0.5:  # warping interpolates 16 pixels at any scale: shrink first, or it aliases
        height, width = image.shape[:2]
        small = (max(1, round(width * 2 * scale)), max(1, round(height * 2 * scale)))
        image = np.asarray(cv2.resize(image, small, interpolation=cv2.INTER_AREA), np.uint8)
        fx, fy = small[0] / width, small[1] / height
        # From pixels of the shrunk image to those of the original, by their centres.
        matrix = matrix @ [[1 / fx, 0, 0.5 / fx - 0.5], [0, 1 / fy, 0.5 / fy - 0.5], [0, 0, 1]]
    crop = cv2.warpAffine(
        image, matrix, (size, size), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(crop, np.uint8)


def transform_points(
    points: NDArray[np.float32], matrix: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Points (m, 2) mapped by a (2, 3) matrix, float32."""
    return (points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
