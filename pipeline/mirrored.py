"""``MirroredCopies``: learn from every face and its mirror image, and ask about both."""

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

    A smile is a smile in the mirror. The score of a face is the mean of its own and its mirror
    image's, so both get the same answer. Any calibration goes around this, not into it, or a
    face and its copy would lie on both sides of a fold.

    Parameters
    ----------
    estimator : classifier of Faces with ``decision_function``

    Attributes
    ----------
    estimator_ : the same, fitted
    classes_ : (2,) str
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(
        self, X: Faces, y: NDArray[np.str_], sample_weight: NDArray[np.float64] | None = None
    ) -> MirroredCopies:
        """Fit on ``n`` faces with labels ``(n,)``, and on their mirror images.

        ``sample_weight``, (n,), goes to the last step of a Pipeline or to the classifier.
        """
        both = Faces.concatenate([X, mirrored(X)])
        options = {}
        if sample_weight is not None:
            last = f"{self.estimator.steps[-1][0]}__" if hasattr(self.estimator, "steps") else ""
            options[f"{last}sample_weight"] = np.concatenate([sample_weight, sample_weight])
        self.estimator_ = clone(self.estimator).fit(both, np.concatenate([y, y]), **options)
        self.classes_ = self.estimator_.classes_
        return self

    def decision_function(self, X: Faces) -> NDArray[np.float64]:
        """Mean scores, ``(n,)`` float64: the higher, the more it is ``classes_[1]``."""
        check_is_fitted(self)
        scores = [self.estimator_.decision_function(faces) for faces in (X, mirrored(X))]
        return np.asarray(np.mean(scores, axis=0))

    def predict(self, X: Faces) -> NDArray[np.str_]:
        """Labels of ``n`` faces: ``(n,)``."""
        scores = self.decision_function(X)
        return np.asarray(self.classes_[(scores > 0).astype(int)])
