"""Calibrated probabilities, learned from faces that the classifier had not seen."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.utils import check_array, column_or_1d
from sklearn.utils._param_validation import Interval, StrOptions

from happysad.pipeline.estimators.augmentation import originals

Split = tuple[NDArray[np.intp], NDArray[np.intp]]


class CopiesTogether(BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Stratified folds that keep a face and its copies on one side.

    Equal rows are one face, as samplers repeat them, and the changed copies that
    ``AugmentedFaces`` adds are of the faces they were; ``StratifiedGroupKFold`` does the rest. A
    splitter that does not know of copies lets a model be evaluated on what it has seen.

    Parameters
    ----------
    n_splits : int
    groups : (m,) or None
        What else belongs together, as persons or near-duplicates do: a value for each of the
        first ``m`` rows, which are those before any copies. Where these are too few for the
        folds to have both classes, only copies stay together.
    augmented : int
        ``every`` of the ``AugmentedFaces`` before it; 0 where there is none.

    Examples
    --------
    >>> import numpy as np
    >>> from happysad.pipeline.estimators import CopiesTogether
    >>> rows = np.random.default_rng(0).normal(size=(6, 2))
    >>> rows, labels = np.concatenate([rows, rows]), ["happy", "sad"] * 6
    >>> for _, test in CopiesTogether(n_splits=3).split(rows, labels):
    ...     print((test % 6).tolist())
    [0, 5, 0, 5]
    [2, 3, 2, 3]
    [1, 4, 1, 4]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_splits": [Interval(Integral, 2, None, closed="left")],
        "groups": ["array-like", None],
        "augmented": [Interval(Integral, 0, None, closed="left")],
    }

    def __init__(self, n_splits: int = 3, groups: Any = None, augmented: int = 0) -> None:
        self.n_splits = n_splits
        self.groups = groups
        self.augmented = augmented

    def split(self, X: ArrayLike, y: ArrayLike, groups: Any = None) -> Iterator[Split]:
        """Rows to fit on and rows to evaluate, ``n_splits`` times."""
        from sklearn.model_selection import StratifiedGroupKFold

        rows = check_array(X, accept_sparse=True, dtype=None)
        rows = rows.toarray() if issparse(rows) else rows
        together = originals = self._originals(rows)
        if self.groups is not None:
            _, numbers = np.unique(np.asarray(self.groups), return_inverse=True)
            together = numbers[originals]
            groups_of = [set(together[np.asarray(y) == label]) for label in np.unique(y)]
            if min(map(len, groups_of)) < self.n_splits:
                together = originals
        folds = StratifiedGroupKFold(self.n_splits, shuffle=True, random_state=0)
        yield from folds.split(np.zeros((len(rows), 1)), y, together)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """The number of folds."""
        return self.n_splits

    def _originals(self, rows: NDArray[Any]) -> NDArray[np.intp]:
        """For each row the first row that it is a copy of."""
        # Copies may be reduced in another batch, whose sums end in other digits.
        rounded = np.round(rows.astype(np.float64), 5) + 0.0
        _, first, number = np.unique(rounded, axis=0, return_index=True, return_inverse=True)
        found = np.asarray(first[number])
        return found[originals(len(rows), self.augmented)] if self.augmented else found


class CalibratedClassifier(CalibratedClassifierCV):  # type: ignore[misc]  # sklearn is untyped
    """``CalibratedClassifierCV(ensemble=False)`` with class weights.

    One classifier is fitted on all rows; a sigmoid (Platt 1999) from its scores to probabilities
    is learned from the scores that rows get when it is fitted without them.

    Parameters
    ----------
    estimator : classifier
        With ``decision_function`` or ``predict_proba``.
    cv : splitter or int
    class_weight : None, "balanced" or dict of label to float
        How much the rows of each class count, in the classifier and in the sigmoid: with
        "balanced", probabilities are those of as many happy as sad faces.

    Examples
    --------
    >>> import numpy as np
    >>> from happysad.pipeline.estimators import CalibratedClassifier
    >>> from sklearn.svm import SVC
    >>> rows = np.arange(12.0)[:, None]
    >>> model = CalibratedClassifier(SVC(), cv=3).fit(rows, ["happy"] * 6 + ["sad"] * 6)
    >>> model.predict([[0.0], [11.0]])
    array(['happy', 'sad'], dtype='<U5')
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "estimator": CalibratedClassifierCV._parameter_constraints["estimator"],
        "cv": ["cv_object"],
        "class_weight": [dict, None, StrOptions({"balanced"})],
    }

    method = "sigmoid"
    n_jobs = None
    ensemble = False

    def __init__(self, estimator: Any = None, cv: Any = None, class_weight: Any = None) -> None:
        self.estimator = estimator
        self.cv = cv
        self.class_weight = class_weight

    def fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None, **fit_params: Any
    ) -> Self:
        """Fit on (n, d) rows with labels (n,) and, maybe, weights (n,)."""
        self._validate_params()
        y = column_or_1d(y, warn=True)
        if self.class_weight is not None:
            from sklearn.utils.class_weight import compute_sample_weight

            weight = compute_sample_weight(self.class_weight, y)
            sample_weight = weight if sample_weight is None else weight * np.asarray(sample_weight)
        super().fit(X, y, sample_weight, **fit_params)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probability of each class, (n, 2): the sigmoid of the classifier's scores.

        Of two classes it is ``CalibratedClassifierCV``'s answer without its checks of labels.
        """
        fitted = getattr(self, "calibrated_classifiers_", [None])[0]
        score = getattr(getattr(fitted, "estimator", None), "decision_function", None)
        if fitted is None or score is None or len(self.classes_) > 2:
            return np.asarray(super().predict_proba(X))
        second = fitted.calibrators[0].predict(score(X))
        return np.column_stack([1.0 - second, second])
