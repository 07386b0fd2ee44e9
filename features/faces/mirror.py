"""The mirror images of faces."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import numpy as np

from happysad.features.faces.face_batch import Faces

SWAPPED = np.array(
    [*range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1)]
    + [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]
    + [*range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), *range(67, 64, -1)]
)
"""For each of the 68 landmarks the one that takes its place in the mirror."""


def mirrored(faces: Faces) -> Faces:
    """The mirror images of ``n`` faces; boxes and scores stay those of the originals."""
    landmarks = faces.landmarks[:, SWAPPED]
    landmarks[:, :, 0] = faces.size - 1 - landmarks[:, :, 0]
    keys = [sha256(f"{key} mirrored".encode()).hexdigest() if key else "" for key in faces.keys]
    return replace(
        faces,
        crops=np.ascontiguousarray(faces.crops[:, :, ::-1]),
        landmarks=landmarks,
        keys=np.array(keys, faces.keys.dtype),
    )
