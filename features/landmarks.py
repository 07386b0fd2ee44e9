"""The shape of the face in numbers: where the landmarks are, and what they say of an expression."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from happysad.features.base import FaceFeature
from happysad.features.faces.face_batch import N_LANDMARKS, Faces

PAIRED = (4, 8, 12, *range(17, N_LANDMARKS))
"""Brows, nose, eyes and mouth, with the chin and the two corners of the jaw."""


def _swapped() -> NDArray[np.intp]:
    order = np.arange(N_LANDMARKS)
    for first, last in ((0, 16), (17, 26), (31, 35), (48, 54), (55, 59), (60, 64), (65, 67)):
        order[first : last + 1] = order[first : last + 1][::-1]
    order[36:48] = [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]
    return order


SWAPPED = _swapped()
"""For each of the 68 landmarks the one that takes its place in the mirror."""

_SOFTENING = 0.02  # in distances between the eyes: points that meet have no slope

_LEFT_EYE, _RIGHT_EYE = slice(36, 42), slice(42, 48)  # left and right in the picture

Shape = NDArray[np.float64]

EXPRESSIONS: dict[str, Callable[[Shape], NDArray[Any]]] = {
    "mouth_corner_lift": lambda s: (s[:, 51, 1] + s[:, 57, 1] - s[:, 48, 1] - s[:, 54, 1]) / 2,
    "mouth_width": lambda s: s[:, 54, 0] - s[:, 48, 0],
    "mouth_opening": lambda s: s[:, 66, 1] - s[:, 62, 1],
    "lip_upper_curve": lambda s: s[:, 51, 1] - (s[:, 48, 1] + s[:, 54, 1]) / 2,
    "lip_lower_curve": lambda s: s[:, 57, 1] - (s[:, 48, 1] + s[:, 54, 1]) / 2,
    "nose_to_corners": lambda s: (s[:, 48, 1] + s[:, 54, 1]) / 2 - s[:, 33, 1],
    "mouth_to_chin": lambda s: s[:, 8, 1] - s[:, 57, 1],
    "eye_opening": lambda s: (
        s[:, [40, 41, 46, 47], 1].sum(axis=1) - s[:, [37, 38, 43, 44], 1].sum(axis=1)
    ) / 4,
    "brow_height": lambda s: -s[:, 17:27, 1].mean(axis=1),
    "brow_inner_lift": lambda s: (s[:, 17, 1] + s[:, 26, 1] - s[:, 21, 1] - s[:, 22, 1]) / 2,
    "brow_gap": lambda s: s[:, 22, 0] - s[:, 21, 0],
    "mouth_slant": lambda s: np.abs(s[:, 54, 1] - s[:, 48, 1]),
}  # fmt: skip
"""Named measures of an expression on a normalised shape (n, 68, 2), in distances between the
eyes; y grows downwards, and all are the same for a mirrored face."""


def normalised_shape(landmarks: NDArray[Any]) -> Shape:
    """Landmarks freed of place, size and turn: (n, 68, 2) float64.

    The origin is halfway between the centres of the eyes, the x axis runs through them, the
    unit is the distance between them.

    Parameters
    ----------
    landmarks : (n, 68, 2)
        iBUG 300-W order, in pixels.
    """
    return _from_complex(_normalised(landmarks))


def _normalised(landmarks: NDArray[Any]) -> NDArray[np.complex128]:
    """``normalised_shape`` as complex numbers x + iy: (n, 68)."""
    z = np.ascontiguousarray(landmarks, np.float64).view(np.complex128)[:, :, 0]
    left, right = z[:, _LEFT_EYE].mean(axis=1), z[:, _RIGHT_EYE].mean(axis=1)
    between = right - left
    between = np.where(np.abs(between) < 1e-6, 1.0, between)  # a collapsed shape stays finite
    return np.asarray((z - (left + right)[:, None] / 2) / between[:, None], np.complex128)


def _from_complex(z: NDArray[np.complex128]) -> Shape:
    return z.view(np.float64).reshape(*z.shape, 2)


def landmark_geometry(landmarks: NDArray[Any], slopes: bool = True) -> NDArray[np.float32]:
    """Normalised shape, named measures and pairwise slopes of ``n`` sets of landmarks.

    Parameters
    ----------
    landmarks : (n, 68, 2)
        iBUG 300-W order (Sagonas et al. 2013), in pixels of any scale.
    slopes : bool
        Add the slope of the line between each pair of the 54 ``PAIRED`` landmarks, in radians
        from -pi/2 to pi/2. A slope is free of size, and equal for a mirrored face's mirrored
        pair but for its sign.

    Returns
    -------
    (n, 136 + 12 + 1431) float32
        x and y of each landmark and ``EXPRESSIONS`` in distances between the eyes; slopes.

    Raises
    ------
    ValueError
        A landmark is NaN: the faces were aligned by the 5-point predictor.
    """
    if np.isnan(landmarks).any():
        raise ValueError(
            "these faces have no landmarks: align them with FaceAligner(predictor='68'), and "
            "leave unreadable images out"
        )
    z = _normalised(landmarks)
    shape = _from_complex(z)
    columns = [shape.reshape(len(shape), 2 * N_LANDMARKS)]
    columns += [measure(shape)[:, None] for measure in EXPRESSIONS.values()]
    if slopes:
        first, second = _pairs()
        line = z.take(first, axis=1) - z.take(second, axis=1)
        columns.append(np.arctan2(line.imag, np.abs(line.real) + _SOFTENING))
    return np.concatenate(columns, axis=1, dtype=np.float32, casting="same_kind")


@cache
def _pairs() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    first, second = np.triu_indices(len(PAIRED), 1)
    points = np.array(PAIRED)
    return points[first], points[second]


class LandmarkGeometry(FaceFeature):
    """``landmark_geometry`` of each face as a scikit-learn transformer.

    A face without landmarks (status ``unreadable``) is described as all zeros.

    Examples
    --------
    >>> from happysad.features import FaceAligner, LandmarkGeometry
    >>> from skimage.data import astronaut
    >>> LandmarkGeometry().fit_transform(FaceAligner().transform([astronaut()])).shape
    (1, 1579)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {"slopes": ["boolean"]}

    def __init__(self, slopes: bool = True) -> None:
        self.slopes = slopes

    def _describe(self, faces: Faces) -> NDArray[np.float32]:
        readable = faces.status != "unreadable"
        landmarks = np.where(readable[:, None, None], faces.landmarks, np.float32(0))
        rows = landmark_geometry(landmarks, self.slopes)
        rows[~readable] = 0
        return rows

    def _names(self, size: int) -> list[str]:
        names = [f"landmark_{i}_{axis}" for i in range(N_LANDMARKS) for axis in "xy"]
        names += list(EXPRESSIONS)
        if self.slopes:
            names += [f"slope_{i}_{j}" for i, j in zip(*_pairs(), strict=True)]
        return names
