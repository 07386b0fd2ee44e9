"""Counterfactual landmarks: the same face with a typical mouth, or with typical brows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.features.landmarks import EXPRESSIONS

Shape = NDArray[np.float64]

DESCRIPTIONS = {
    "mouth_corner_lift": ("mouth corners raised", "mouth corners lowered"),
    "mouth_width": ("mouth wide", "mouth narrow"),
    "mouth_opening": ("lips far apart", "lips close together"),
    "lip_upper_curve": ("middle of upper lip low", "middle of upper lip high"),
    "lip_lower_curve": ("middle of lower lip low", "middle of lower lip high"),
    "nose_to_corners": ("mouth far below nose", "mouth close below nose"),
    "mouth_to_chin": ("chin long", "chin short"),
    "eye_opening": ("eyes wide open", "eyes narrowed"),
    "brow_height": ("brows high", "brows low"),
    "brow_inner_lift": ("inner brows raised", "inner brows lowered"),
    "brow_gap": ("brows far apart", "brows close together"),
    "mouth_slant": ("mouth crooked", "mouth level"),
}
"""Of each measure of an expression, above and below its typical value."""

_MOUTH = slice(48, 68)


def with_measure(shape: Shape, name: str, value: float) -> Shape:
    """A shape with one measure of its expression set, and no more moved than that takes.

    ``name`` is one of ``EXPRESSIONS``. Whole parts move, and measures of the same points follow, as
    they would in a face: a column of ``LandmarkGeometry`` set alone is a face that cannot be.
    """
    measure = EXPRESSIONS[name]
    move = _direction(name, shape)
    step = 1e-6
    now = float(measure(shape[None])[0])
    gain = (float(measure((shape + step * move)[None])[0]) - now) / step
    if abs(gain) < 1e-3:  # a mouth of no width cannot be widened
        return shape
    return np.asarray(shape + move * ((value - now) / gain))


def with_typical(shape: Shape, typical: Shape, share: NDArray[Any]) -> Shape:
    """A shape whose points move, by a share of 0 to 1 each, to where a typical face has them.

    The typical face is first laid on the other points by the similarity of least squares.
    """
    z, m = (points @ np.array([1, 1j]) for points in (shape, typical))
    weight = np.maximum(1 - share, 1e-3)
    weight = weight / weight.sum()
    z0, m0 = weight @ z, weight @ m
    turn = (weight * (m - m0).conj()) @ (z - z0) / (weight @ np.abs(m - m0) ** 2)
    fitted = turn * (m - m0) + z0
    mixed = (1 - share) * z + share * fitted
    return np.column_stack([mixed.real, mixed.imag])


def in_pixels(shape: Shape, landmarks: NDArray[Any]) -> NDArray[np.float32]:
    """A normalised shape brought back to where a face's eyes are: undoes ``normalised_shape``."""
    z = landmarks.astype(np.float64) @ np.array([1, 1j])
    left, right = z[36:42].mean(), z[42:48].mean()
    back = (shape @ np.array([1, 1j])) * (right - left) + (left + right) / 2
    return np.column_stack([back.real, back.imag]).astype(np.float32)


def _direction(name: str, shape: Shape) -> Shape:
    """Where each point moves for a larger measure, to any length."""
    x, y = np.zeros((2, 68))
    match name:
        case "mouth_corner_lift":
            y[[48, 54, 60, 64]], y[[49, 53, 55, 59]] = -1.0, -0.5
        case "mouth_width":
            x[_MOUTH] = shape[_MOUTH, 0] - shape[_MOUTH, 0].mean()
        case "mouth_slant":
            y[_MOUTH] = shape[_MOUTH, 0] - shape[_MOUTH, 0].mean()
        case "mouth_opening":
            y[55:60] = y[65:68] = 1.0
        case "lip_upper_curve":
            y[50:53] = y[61:64] = 1.0
        case "lip_lower_curve":
            y[56:59] = y[65:68] = 1.0
        case "nose_to_corners":
            y[_MOUTH] = 1.0
        case "mouth_to_chin":
            y[4:13] = 1 - np.abs(np.arange(-4, 5)) / 5
        case "eye_opening":
            for eye in (slice(36, 42), slice(42, 48)):
                y[eye] = shape[eye, 1] - shape[eye, 1].mean()
        case "brow_height":
            y[17:27] = 1.0
        case "brow_inner_lift":
            y[17:22], y[22:27] = np.linspace(0, -1, 5), np.linspace(-1, 0, 5)
        case "brow_gap":
            x[17:22], x[22:27] = -0.5, 0.5
    return np.column_stack([x, y])
