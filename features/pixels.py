"""The pixels themselves, as a baseline."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils._param_validation import Interval

from happysad.features.base import FaceFeature
from happysad.features.faces.face_batch import Faces


class Pixels(FaceFeature):
    """Each crop shrunk by averaging areas and scaled to [0, 1], (n, size^2) float32 row by row.

    Parameters
    ----------
    size : int
        Side in pixels to which the crop is resized.

    Examples
    --------
    >>> from happysad.features import FaceAligner, Pixels
    >>> from skimage.data import astronaut
    >>> Pixels(size=24).fit_transform(FaceAligner().transform([astronaut()])).shape
    (1, 576)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "size": [Interval(Integral, 1, None, closed="left")]
    }

    def __init__(self, size: int = 24) -> None:
        self.size = size

    def _extract(self, faces: Faces) -> NDArray[np.float32]:
        import cv2

        side = (self.size, self.size)
        small = [cv2.resize(crop, side, interpolation=cv2.INTER_AREA) for crop in faces.crops]
        return (np.array(small, np.float32) / np.float32(255)).reshape(len(faces), -1)

    def _names(self, size: int) -> list[str]:
        return [f"pixel_{y}.{x}" for y in range(self.size) for x in range(self.size)]
