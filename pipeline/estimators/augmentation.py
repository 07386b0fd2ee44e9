"""``AugmentedFaces``: faces changed as photographs suffer, added to those that are learned from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils._param_validation import Interval

from happysad.features.faces.face_batch import Faces
from happysad.pipeline.estimators.pixel_filters import (
    Image,
    blurred,
    covered,
    noisy,
    scaled,
    shrunk,
    through_jpeg,
)
from happysad.pipeline.estimators.samplers import FaceSampler, Resampled

VERSION = 1  # of the changes: to be raised when one of them gives other pixels


class AugmentedFaces(FaceSampler):
    """Of every second face a changed copy: blurred, noisy, darker, brighter, coarse or covered.

    It acts in ``fit`` only. The change follows from the face's pixels, so that the same faces give
    the same copies, and their features are found in the cache again. Landmarks stay as they were.

    Parameters
    ----------
    every : int
        1 adds a copy of each face, 2 of every second one. ``CopiesTogether`` must be told.

    Examples
    --------
    >>> from happysad.features import FaceAligner
    >>> from happysad.pipeline.estimators import AugmentedFaces
    >>> from skimage.data import astronaut
    >>> faces = FaceAligner().transform([astronaut()] * 2)
    >>> more, labels = AugmentedFaces().fit_resample(faces, ["happy", "sad"])
    >>> labels.tolist(), bool((more.crops[2] == more.crops[0]).all())
    (['happy', 'sad', 'happy'], False)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "every": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(self, every: int = 2) -> None:
        self.every = every

    def _fit_resample(self, X: Faces, y: NDArray[Any]) -> Resampled:
        copied = X[:: self.every]
        changed = [random_change(crop, _generator(crop)) for crop in copied.crops]
        keys = [
            sha256(f"{key} augmented {VERSION}".encode()).hexdigest() if key else ""
            for key in copied.keys
        ]
        copies = replace(copied, crops=np.stack(changed), keys=np.array(keys, copied.keys.dtype))
        return Faces.concatenate([X, copies]), np.concatenate([y, y[:: self.every]])


def _generator(crop: Image) -> np.random.Generator:
    return np.random.default_rng(list(sha256(crop.tobytes()).digest()[:16]))


def originals(n_rows: int, every: int) -> NDArray[np.intp]:
    """Of ``n_rows`` rows as ``AugmentedFaces`` gives them, the row that each is a copy of."""
    n = n_rows * every // (every + 1)
    return np.concatenate([np.arange(n), np.arange(0, n, every)])


def random_change(crop: Image, rng: np.random.Generator) -> Image:
    """An (S, S) or (S, S, 3) uint8 crop under one change of a strength drawn by ``rng``."""
    change = _CHANGES[rng.integers(len(_CHANGES))]
    return change(crop, len(crop), rng)


def _blurred(crop: Image, side: int, rng: np.random.Generator) -> Image:
    return blurred(crop, side * rng.uniform(0.008, 0.052))


def _noisy(crop: Image, side: int, rng: np.random.Generator) -> Image:
    return noisy(crop, rng.uniform(5, 45), side / 48, rng)


def _darker(crop: Image, side: int, rng: np.random.Generator) -> Image:
    return scaled(crop, rng.uniform(0.05, 0.6))


def _brighter(crop: Image, side: int, rng: np.random.Generator) -> Image:
    return scaled(crop, rng.uniform(1.2, 2.5))


def _coarse(crop: Image, side: int, rng: np.random.Generator) -> Image:
    return shrunk(crop, rng.uniform(0.1, 0.42))


def _compressed(crop: Image, side: int, rng: np.random.Generator) -> Image:
    """As a JPEG file in which the face is smaller than in the crop."""
    import cv2

    small = cv2.resize(crop, (side * 5 // 8, side * 5 // 8), interpolation=cv2.INTER_AREA)
    small = through_jpeg(np.asarray(small, np.uint8), int(rng.integers(4, 41)))
    enlarged = cv2.resize(small, crop.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(enlarged, np.uint8)


def _covered(crop: Image, side: int, rng: np.random.Generator) -> Image:
    """A rectangle of the crop's mean colour, such as a hand or a scarf."""
    width, height = side * rng.uniform(0.15, 0.42, 2)
    left, top = rng.uniform(0, side - width), rng.uniform(0, side - height)
    right, bottom = left + width, top + height
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    return covered(crop, [corners], crop.mean((0, 1)).reshape(-1).tolist())


_CHANGES: tuple[Callable[[Image, int, np.random.Generator], Image], ...] = (
    _blurred,
    _noisy,
    _darker,
    _brighter,
    _coarse,
    _compressed,
    _covered,
)
