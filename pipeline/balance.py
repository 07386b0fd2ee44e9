"""``BalancedClassifier``: a classifier that gives the rarer class the weight of the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from happysad.features.errors import UserError

HOW = ("class-weight", "oversample")


class BalancedClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Fit a classifier as if both classes were of one size; only the training part is touched.

    Its probabilities are those of a world with as many happy as sad faces. A face that is drawn
    twice is a face that counts twice, so where the classifier sets faces aside (to stop early, to
    learn its probabilities) no copy of one is among the others.

    Parameters
    ----------
    estimator : classifier
        Of features or of ``Faces``.
    how : {"class-weight", "oversample"}
        Errors on the rarer class count more, each face once; or its faces are repeated, drawn at
        random (``imblearn.over_sampling.RandomOverSampler``).
    random_state : int, RandomState or None
        Of the draw.

    Attributes
    ----------
    estimator_ : the same, fitted
    classes_ : (2,) str

    Notes
    -----
    G. Lemaitre, F. Nogueira, C. Aridas, "Imbalanced-learn", JMLR 18(17), 2017.
    """

    def __init__(self, estimator: Any, how: str = "class-weight", random_state: Any = None) -> None:
        self.estimator = estimator
        self.how = how
        self.random_state = random_state

    def fit(self, X: Any, y: NDArray[np.str_]) -> BalancedClassifier:
        """Fit on (n, d) features or on ``n`` faces with labels (n,).

        Raises
        ------
        UserError
            ``how`` is another word.
        """
        if self.how not in HOW:
            raise UserError(f"how = {self.how!r} is none of {', '.join(HOW)}")
        labels = np.asarray(y)
        model = clone(self.estimator)
        if self.how == "oversample":
            rows = self._oversampled(labels)
            if has_fit_parameter(model, "sample_weight"):
                counts = np.bincount(rows, minlength=len(labels)).astype(float)
                self.estimator_ = model.fit(X, labels, sample_weight=counts)
            else:
                self.estimator_ = model.fit(X[rows], labels[rows])
        elif "class_weight" in model.get_params(deep=False):
            self.estimator_ = model.set_params(class_weight="balanced").fit(X, labels)
        else:
            from sklearn.utils.class_weight import compute_sample_weight

            weights = compute_sample_weight("balanced", labels)
            self.estimator_ = model.fit(X, labels, sample_weight=weights)
        self.classes_ = self.estimator_.classes_
        return self

    def predict(self, X: Any) -> NDArray[np.str_]:
        """Labels, (n,)."""
        check_is_fitted(self)
        return np.asarray(self.estimator_.predict(X))

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probability of each class, (n, 2), columns in the order of ``classes_``."""
        check_is_fitted(self)
        return np.asarray(self.estimator_.predict_proba(X))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        return tags

    def _oversampled(self, labels: NDArray[Any]) -> NDArray[np.intp]:
        """Rows of all faces, then of those drawn again until the classes are of one size."""
        from imblearn.over_sampling import RandomOverSampler

        seed = check_random_state(self.random_state).randint(2**31 - 1)
        sampler = RandomOverSampler(random_state=seed)
        sampler.fit_resample(np.zeros((len(labels), 1)), labels)
        return np.asarray(sampler.sample_indices_, np.intp)
