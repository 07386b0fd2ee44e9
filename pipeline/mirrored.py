"""``MirroredCopies``: train on every face and on its mirror image."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.validation import check_is_fitted

from happysad.features.batch import Faces
from happysad.features.mirror import mirrored


class MirroredCopies(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """A classifier of ``Faces`` fitted on twice as many of them.

    A smile is a smile in the mirror: the copies tell the classifier so at no cost when it
    predicts. Any calibration goes around this, not into it, or a face and its copy would lie on
    both sides of a fold.

    Parameters
    ----------
    estimator : classifier of Faces

    Attributes
    ----------
    estimator_ : the same, fitted
    classes_ : (2,) str
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(self, X: Faces, y: NDArray[np.str_]) -> MirroredCopies:
        """Fit on ``n`` faces with labels ``(n,)``, and on their mirror images."""
        both = Faces.concatenate([X, mirrored(X)])
        self.estimator_ = clone(self.estimator).fit(both, np.concatenate([y, y]))
        self.classes_ = self.estimator_.classes_
        return self

    def predict(self, X: Faces) -> NDArray[np.str_]:
        """Labels of ``n`` faces as they are: ``(n,)``."""
        check_is_fitted(self)
        labels: NDArray[np.str_] = self.estimator_.predict(X)
        return labels

    def decision_function(self, X: Faces) -> NDArray[np.float64]:
        """The estimator's scores, ``(n,)``: the higher, the more it is ``classes_[1]``."""
        check_is_fitted(self)
        scores: NDArray[np.float64] = self.estimator_.decision_function(X)
        return scores
