"""Samplers of faces for an ``imblearn.pipeline.Pipeline``: they act in ``fit`` only."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from imblearn.base import SamplerMixin
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_consistent_length

from happysad.features.faces.face_batch import Faces

Resampled = tuple[Faces, NDArray[Any]]


class FaceSampler(SamplerMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Base: imbalanced-learn's own check rows of numbers, and these are ``Faces``."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {}

    def fit(self, X: Faces, y: ArrayLike) -> FaceSampler:
        """Learn nothing."""
        self._validate_params()
        return self

    def fit_resample(self, X: Faces, y: ArrayLike) -> Resampled:
        """More faces (m >= n) and their labels (m,); the first ``n`` are those given."""
        self._validate_params()
        check_consistent_length(X, y)
        more, labels = self._fit_resample(X, np.asarray(y))
        return more, labels


class OversampledFaces(FaceSampler):
    """Faces of the rarer class repeated, at random, until both classes are of one size.

    By ``imblearn.over_sampling.RandomOverSampler`` (Lemaitre, Nogueira and Aridas 2017).

    Parameters
    ----------
    random_state : int, RandomState or None

    Examples
    --------
    >>> from happysad.features import FaceAligner
    >>> from happysad.pipeline.estimators import OversampledFaces
    >>> from skimage.data import astronaut
    >>> faces = FaceAligner().transform([astronaut()] * 3)
    >>> more, labels = OversampledFaces().fit_resample(faces, ["happy", "happy", "sad"])
    >>> labels.tolist()
    ['happy', 'happy', 'sad', 'sad']
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {"random_state": ["random_state"]}

    def __init__(self, random_state: Any = None) -> None:
        self.random_state = random_state

    def _fit_resample(self, X: Faces, y: NDArray[Any]) -> Resampled:
        from imblearn.over_sampling import RandomOverSampler

        sampler = RandomOverSampler(random_state=self.random_state)
        sampler.fit_resample(np.zeros((len(y), 1)), y)
        rows = sampler.sample_indices_
        return X[rows], y[rows]
