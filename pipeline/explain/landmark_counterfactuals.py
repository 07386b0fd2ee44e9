"""Landmarks moved on purpose: what would the face be with a usual mouth, or usual brows?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.features.landmarks import EXPRESSIONS, normalised_shape

Shape = NDArray[np.float64]

WORDS = {
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
"""Each measure of an expression above and below its typical value, in words."""

_MOUTH, _UPPER, _LOWER = slice(48, 68), [50, 51, 52, 61, 62, 63], [56, 57, 58, 65, 66, 67]


def with_measure(shape: Shape, name: str, value: float) -> Shape:
    """A shape with one measure of its expression set, and no more moved than that takes.

    Whole parts move: the chin with its neighbours, a brow without its eye. Measures that are
    made of the same points follow, as they would in a face; a single column of
    ``LandmarkGeometry`` set alone would be a face that cannot be.

    Parameters
    ----------
    shape : (68, 2)
        As ``normalised_shape`` gives it.
    name : str
        One of ``EXPRESSIONS``.
    value : float
        In distances between the eyes.

    Returns
    -------
    (68, 2) float64
    """
    measure = EXPRESSIONS[name]
    move = np.zeros((68, 2))
    _MOVES[name](shape, move)
    step = 1e-6
    now = float(measure(shape[None])[0])
    gain = (float(measure((shape + step * move)[None])[0]) - now) / step
    if abs(gain) < 1e-3:  # a mouth of no width cannot be widened
        return shape
    return np.asarray(shape + move * ((value - now) / gain))


def with_typical(shape: Shape, typical: Shape, share: NDArray[Any]) -> Shape:
    """A shape of which some points are those of a typical face.

    The typical face is first laid on the other points by the similarity of least squares.

    Parameters
    ----------
    shape : (68, 2)
        In any frame.
    typical : (68, 2)
        In any frame.
    share : (68,)
        How far each point moves, from 0 to 1 (all the way).
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
    """A normalised shape brought back to where a face's eyes are, (68, 2) float32.

    ``in_pixels(normalised_shape(landmarks[None])[0], landmarks)`` gives the landmarks.
    """
    z = landmarks.astype(np.float64) @ np.array([1, 1j])
    left, right = z[36:42].mean(), z[42:48].mean()
    back = (shape @ np.array([1, 1j])) * (right - left) + (left + right) / 2
    return np.column_stack([back.real, back.imag]).astype(np.float32)


def shape_of(landmarks: NDArray[Any]) -> Shape:
    """``normalised_shape`` of one face: (68, 2) to (68, 2) float64."""
    return np.asarray(normalised_shape(landmarks[None])[0])


def _corners(shape: Shape, move: Shape) -> None:
    move[[48, 54, 60, 64], 1] = -1.0
    move[[49, 53, 55, 59], 1] = -0.5


def _stretch(shape: Shape, move: Shape) -> None:
    move[_MOUTH, 0] = shape[_MOUTH, 0] - shape[_MOUTH, 0].mean()


def _tilt(shape: Shape, move: Shape) -> None:
    move[_MOUTH, 1] = shape[_MOUTH, 0] - shape[_MOUTH, 0].mean()


def _lids(shape: Shape, move: Shape) -> None:
    for eye in (slice(36, 42), slice(42, 48)):
        move[eye, 1] = shape[eye, 1] - shape[eye, 1].mean()


def _chin(shape: Shape, move: Shape) -> None:
    move[4:13, 1] = 1 - np.abs(np.arange(-4, 5)) / 5


def _inner_brows(shape: Shape, move: Shape) -> None:
    ramp = np.linspace(0, -1, 5)
    move[17:22, 1], move[22:27, 1] = ramp, ramp[::-1]


def _apart(shape: Shape, move: Shape) -> None:
    move[17:22, 0], move[22:27, 0] = -0.5, 0.5


def _down(*points: Any) -> Callable[[Shape, Shape], None]:
    def moved(shape: Shape, move: Shape) -> None:
        for point in points:
            move[point, 1] = 1.0

    return moved


_MOVES: dict[str, Callable[[Shape, Shape], None]] = {
    "mouth_corner_lift": _corners,
    "mouth_width": _stretch,
    "mouth_opening": _down([55, 56, 57, 58, 59], [65, 66, 67]),
    "lip_upper_curve": _down(_UPPER),
    "lip_lower_curve": _down(_LOWER),
    "nose_to_corners": _down(_MOUTH),
    "mouth_to_chin": _chin,
    "eye_opening": _lids,
    "brow_height": _down(slice(17, 27)),
    "brow_inner_lift": _inner_brows,
    "brow_gap": _apart,
    "mouth_slant": _tilt,
}
"""For each measure the direction in which the points move, of any length."""
