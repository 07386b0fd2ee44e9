"""The pre-trained network of the comparison: dlib's face recognition ResNet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from happysad.features.base import FaceFeature
from happysad.features.faces.align import EYE_X, EYE_Y
from happysad.features.faces.face_batch import Faces
from happysad.features.faces.pretrained_weights import face_resnet

CHIP_SIZE = 150

_CHIP_EYES = (0.3183, 0.3142), (0.6685, 0.3142)
"""Eye centres in the network's training chips, as fractions of the side: dlib's mean face with a
padding of 0.25."""


def face_chips(crops: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Aligned crops (n, S, S) in the network's framing: (n, 150, 150, 3) uint8 grey RGB.

    The eyes have fixed places in both, so one transform serves all faces; edges are repeated.
    """
    import cv2

    size = crops.shape[1]
    (x0, y0), (x1, _) = np.array(_CHIP_EYES) * CHIP_SIZE - 0.5
    scale = (x1 - x0) / ((1 - 2 * EYE_X) * size)
    from_x, from_y = EYE_X * size - 0.5, EYE_Y * size - 0.5
    matrix = np.array([[scale, 0, x0 - scale * from_x], [0, scale, y0 - scale * from_y]])
    shape, border = (CHIP_SIZE, CHIP_SIZE), cv2.BORDER_REPLICATE
    chips = [cv2.warpAffine(crop, matrix, shape, borderMode=border) for crop in crops]
    return np.repeat(np.array(chips, np.uint8)[..., None], 3, axis=3)


class Embedding(FaceFeature):
    """The 128 numbers that dlib's ResNet computes of a face, (n, 128) float32.

    King (2017), High quality face recognition with deep metric learning: 29 layers, trained to
    tell people apart, not expressions. The weights come with ``face_recognition_models``.

    Examples
    --------
    >>> from happysad.features import Embedding, FaceAligner
    >>> from skimage.data import astronaut
    >>> Embedding().fit_transform(FaceAligner().transform([astronaut()])).shape
    (1, 128)
    """

    def _extract(self, faces: Faces) -> NDArray[np.float32]:
        chips = list(face_chips(faces.crops))
        return np.array(face_resnet().compute_face_descriptor(chips), np.float32)

    def _names(self, size: int) -> list[str]:
        return [f"embedding_{i}" for i in range(128)]
