"""Turning a face upright: a similarity transform that brings the eyes to fixed places."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EYE_X, EYE_Y = 0.29, 0.32
"""Where the eye on the picture's left lands, as shares of the crop's side; the other mirrors it.

Chosen on FER2013's validation part: the mouth and chin fill the lower two thirds.
"""


def eye_centers(points: NDArray[np.float32]) -> NDArray[np.float64]:
    """Centres of the eyes on the picture's left and right, (2, 2) float64, x and y.

    Parameters
    ----------
    points : (68, 2) or (5, 2)
        dlib's landmarks: six points around each eye, or two corners of each.
    """
    if len(points) == 5:
        eyes = points[2:4].mean(axis=0), points[0:2].mean(axis=0)
    else:
        eyes = points[36:42].mean(axis=0), points[42:48].mean(axis=0)
    return np.asarray(eyes, dtype=np.float64)


def eye_line_transform(eyes: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """The (2, 3) matrix that turns, scales and shifts image pixels into crop pixels.

    Parameters
    ----------
    eyes : (2, 2)
        Eye centres in image pixels, the picture's left one first.
    size : int
        Side of the crop in pixels.
    """
    target = np.array([[EYE_X, EYE_Y], [1 - EYE_X, EYE_Y]]) * size - 0.5
    # As complex numbers a similarity is z -> a z + b, and two points determine it.
    (p, q), (u, v) = eyes @ [1, 1j], target @ [1, 1j]
    a = (v - u) / (q - p) if abs(q - p) > 1e-6 else complex(1.0)
    b = (u + v) / 2 - a * (p + q) / 2
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def warp(gray: NDArray[np.uint8], matrix: NDArray[np.float64], size: int) -> NDArray[np.uint8]:
    """The (size, size) uint8 crop of an image under a similarity; edges are repeated.

    A (H, W, 3) image gives a (size, size, 3) crop.
    """
    import cv2

    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if scale < 0.5:  # warping samples 16 pixels whatever the scale: shrink first, or it aliases
        shrink = 2 * scale
        small = (max(1, round(gray.shape[1] * shrink)), max(1, round(gray.shape[0] * shrink)))
        gray_small = np.asarray(cv2.resize(gray, small, interpolation=cv2.INTER_AREA), np.uint8)
        fx, fy = small[0] / gray.shape[1], small[1] / gray.shape[0]
        gray, matrix = gray_small, matrix @ _from_resized(fx, fy)
    crop = cv2.warpAffine(
        gray, matrix, (size, size), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(crop, np.uint8)


def transform_points(
    points: NDArray[np.float32], matrix: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Points (m, 2) under a (2, 3) matrix, float32."""
    return (points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)


def _from_resized(fx: float, fy: float) -> NDArray[np.float64]:
    """The 3x3 matrix from pixels of a resized image to those of the original (pixel centres)."""
    return np.array([[1 / fx, 0, 0.5 / fx - 0.5], [0, 1 / fy, 0.5 / fy - 0.5], [0, 0, 1]])
