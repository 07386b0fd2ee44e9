"""``FaceModel``: the Pipeline of a recipe, which answers an empty list with an empty answer."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted


class FaceModel(Pipeline):  # type: ignore[misc]  # sklearn is untyped
    """A scikit-learn Pipeline from images to ``happy`` or ``sad``.

    A folder without images or a video frame without faces is an ordinary thing, but most of
    scikit-learn's classifiers raise where there is nothing to answer.
    """

    def predict(self, X: Any, **params: Any) -> NDArray[np.str_]:
        """Labels of ``n`` images, or of ``Faces`` where the face stage was sliced off: (n,)."""
        if _nothing(X):
            check_is_fitted(self)
            return np.asarray(self.classes_[:0])
        return np.asarray(super().predict(X, **params))

    def predict_proba(self, X: Any, **params: Any) -> NDArray[np.float64]:
        """Probability of each class, (n, 2), columns in the order of ``classes_``."""
        if _nothing(X):
            check_is_fitted(self)
            return np.zeros((0, len(self.classes_)))
        return np.asarray(super().predict_proba(X, **params))


def _nothing(X: Any) -> bool:
    return isinstance(X, Sized) and not isinstance(X, str) and len(X) == 0
