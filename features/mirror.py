"""Faces seen in a mirror: the same expression, another picture of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from happysad.features.batch import Faces


def _swapped() -> NDArray[np.intp]:
    """For each of the 68 landmarks the one that takes its place in the mirror."""
    order = np.arange(68)
    for first, last in ((0, 16), (17, 26), (31, 35), (48, 54), (55, 59), (60, 64), (65, 67)):
        order[first : last + 1] = order[first : last + 1][::-1]
    order[36:48] = [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]
    return order


SWAPPED = _swapped()


def mirrored(faces: Faces) -> Faces:
    """Each face flipped left to right: crops and landmarks (renumbered, so that the mouth's left
    corner is left again).

    Boxes, scores and status are those of the originals. Keys are ``""``: mirror images are
    described anew each time, which is cheaper than a cache of twice the size.
    """
    landmarks = faces.landmarks[:, SWAPPED].copy()
    landmarks[:, :, 0] = faces.size - 1 - landmarks[:, :, 0]
    return Faces(
        np.ascontiguousarray(faces.crops[:, :, ::-1]),
        landmarks,
        faces.boxes,
        faces.scores,
        faces.status,
        np.zeros_like(faces.keys),
    )
