"""Geometry of the facial landmarks: where they are, and named measures of an expression."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from happysad.features.base import FaceFeature
from happysad.features.faces.face_batch import N_LANDMARKS, Faces

PAIRED = (4, 8, 12, *range(17, N_LANDMARKS))
"""Brows, nose, eyes and mouth, with the chin and the two corners of the jaw."""

EXPRESSIONS: dict[str, Callable[[NDArray[np.float64]], NDArray[Any]]] = {
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


def normalised_shape(landmarks: NDArray[Any]) -> NDArray[np.float64]:
    """Landmarks (n, 68, 2) freed of position, scale and rotation: (n, 68, 2) float64.

    The eyes' centres come to lie on the x axis, half a unit left and right of the origin.
    """
    z = np.ascontiguousarray(landmarks, np.float64).view(np.complex128)[:, :, 0]
    left, right = z[:, 36:42].mean(axis=1), z[:, 42:48].mean(axis=1)  # eyes, in the picture
    between = right - left
    between = np.where(np.abs(between) < 1e-6, 1.0, between)  # a collapsed shape stays finite
    z = (z - (left + right)[:, None] / 2) / between[:, None]
    return np.asarray(z.view(np.float64).reshape(*z.shape, 2))


def landmark_geometry(landmarks: NDArray[Any], slopes: bool = True) -> NDArray[np.float32]:
    """``LandmarkGeometry`` of landmarks (n, 68, 2), in pixels of any scale; none may be NaN."""
    if np.isnan(landmarks).any():
        raise ValueError(
            "these faces have no landmarks: align them with FaceAligner(predictor='68'), and "
            "leave unreadable images out"
        )
    shape = normalised_shape(landmarks)
    columns = [shape.reshape(len(shape), 2 * N_LANDMARKS)]
    columns += [measure(shape)[:, None] for measure in EXPRESSIONS.values()]
    if slopes:
        first, second = np.triu_indices(len(PAIRED), 1)
        line = shape[:, PAIRED].take(first, axis=1) - shape[:, PAIRED].take(second, axis=1)
        # Points that meet have no slope: 0.02 of the distance between the eyes softens it.
        columns.append(np.arctan2(line[:, :, 1], np.abs(line[:, :, 0]) + 0.02))
    return np.concatenate(columns, axis=1, dtype=np.float32, casting="same_kind")


class LandmarkGeometry(FaceFeature):
    """Normalised shape, named measures and pairwise slopes, (n, 136 + 12 + 1431) float32.

    x and y of each landmark and ``EXPRESSIONS`` in distances between the eyes. The landmarks are
    those of iBUG 300-W (Sagonas et al. 2013). Unreadable faces are all zeros.

    Parameters
    ----------
    slopes : bool
        Add the slope of the line between each pair of the 54 ``PAIRED`` landmarks, in radians
        from -pi/2 to pi/2. It does not depend on size, and changes its sign in the mirror.
    symmetric : bool
        Give the mean of the features of the face and of its mirror image.

    Examples
    --------
    >>> from happysad.features import FaceAligner, LandmarkGeometry
    >>> from skimage.data import astronaut
    >>> LandmarkGeometry().fit_transform(FaceAligner().transform([astronaut()])).shape
    (1, 1579)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "slopes": ["boolean"],
        "symmetric": ["boolean"],
    }

    def __init__(self, slopes: bool = True, symmetric: bool = False) -> None:
        self.slopes = slopes
        self.symmetric = symmetric

    def _extract(self, faces: Faces) -> NDArray[np.float32]:
        readable = faces.status != "unreadable"
        landmarks = np.where(readable[:, None, None], faces.landmarks, np.float32(0))
        rows = landmark_geometry(landmarks, self.slopes)
        rows[~readable] = 0
        return rows

    def _names(self, size: int) -> list[str]:
        names = [f"landmark_{i}_{axis}" for i in range(N_LANDMARKS) for axis in "xy"]
        names += list(EXPRESSIONS)
        if self.slopes:
            names += [f"slope_{i}_{j}" for i, j in combinations(PAIRED, 2)]
        return names
