"""What networks share, with torch and without: input bytes made of crops, labels of answers."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from happysad.features.faces.face_batch import Faces
from happysad.utils.errors import UserError

CHUNK = 256  # crops resized at a time: bounds the memory, not the result


def to_bytes(crops: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Crops resized, channels first: (n, S, S) or (n, S, S, 3) uint8 -> (n, 1 or 3, size, size).

    Bilinear with antialiasing, the numbers of torch's ``interpolate(antialias=True)``.
    """
    planes = crops[:, None] if crops.ndim == 3 else np.moveaxis(crops, 3, 1)
    if crops.shape[1] == size:
        return np.array(planes, np.uint8, order="C")
    shrink = resizing_matrix(crops.shape[1], size)
    out = np.empty((*planes.shape[:2], size, size), np.uint8)
    for start in range(0, len(planes), CHUNK):
        part = shrink @ planes[start : start + CHUNK].astype(np.float32) @ shrink.T
        out[start : start + CHUNK] = np.rint(part).clip(0, 255)
    return out


@cache
def resizing_matrix(before: int, after: int) -> NDArray[np.float32]:
    """The (after, before) weights that resize a row of pixels by a triangle filter.

    Where the row shrinks, the triangle is as much wider, so that no pixel is passed over.
    """
    scale = before / after
    width = max(scale, 1.0)
    rows = np.zeros((after, before))
    for i in range(after):
        center = scale * (i + 0.5)
        first = max(math.floor(center - width + 0.5), 0)
        last = min(math.floor(center + width + 0.5), before)
        away = np.abs(np.arange(first, last) + 0.5 - center) / width
        rows[i, first:last] = np.maximum(1 - away, 0)
    matrix = np.asarray(rows / rows.sum(axis=1, keepdims=True), np.float32)
    matrix.setflags(write=False)  # shared by all calls
    return matrix


def check_channels(crops: NDArray[np.uint8], channels: int) -> None:
    """UserError where grey crops meet a network of colour, or the other way round."""
    given = 1 if crops.ndim == 3 else 3
    if given != channels:
        kinds = {1: "grey", 3: "colour"}
        raise UserError(
            f"this CNN takes {kinds[channels]} crops and was given {kinds[given]} ones: "
            f"align them with FaceAligner(color={channels == 3})"
        )


class NetworkClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Base: a binary classifier of ``Faces`` by a network, which pickles leave out."""

    _network: Any = None  # built anew where it is missing

    def predict(self, X: Faces) -> NDArray[np.str_]:
        """The likelier label of each face, (n,)."""
        second = self.predict_proba(X)[:, 1] > 0.5
        labels: NDArray[np.str_] = self.classes_[second.astype(int)]
        return labels

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = dict(super().__getstate__())
        state.pop("_network", None)
        return state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.classifier_tags.multi_class = False
        return tags
