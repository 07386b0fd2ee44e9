"""A classifier with probabilities that were learned from faces it had not seen."""

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
from sklearn.utils.validation import check_is_fitted

_DIGITS = 5  # decimals in which equal rows agree

Split = tuple[NDArray[np.intp], NDArray[np.intp]]


class CopiesTogether(BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Stratified folds that keep a face and its copies on one side.

    For rows as samplers append them: the second half mirrors the first (row ``i + n`` is the
    mirror image of row ``i``), and equal rows are one face. ``StratifiedGroupKFold`` does the
    rest. Small splitters that do not know of copies let a model be asked of what it has seen.

    Parameters
    ----------
    n_splits : int
    mirrored : bool
        Whether the second half of the rows mirrors the first.
    groups : (m,) or None
        What else belongs together, as persons or near-duplicates do: a value for each of the
        first ``m`` rows, which are those before any copies. Where these are too few for the
        folds to have both classes, only copies stay together.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_splits": [Interval(Integral, 2, None, closed="left")],
        "mirrored": ["boolean"],
        "groups": ["array-like", None],
    }

    def __init__(self, n_splits: int = 3, mirrored: bool = True, groups: Any = None) -> None:
        self.n_splits = n_splits
        self.mirrored = mirrored
        self.groups = groups

    def split(self, X: ArrayLike, y: ArrayLike, groups: Any = None) -> Iterator[Split]:
        """Rows to fit on and rows to ask, ``n_splits`` times."""
        from sklearn.model_selection import StratifiedGroupKFold

        rows = check_array(X, accept_sparse=True, dtype=None)
        rows = rows.toarray() if issparse(rows) else rows
        folds = StratifiedGroupKFold(self.n_splits, shuffle=True, random_state=0)
        originals = self._originals(rows)
        together = self._together(originals)
        if _are_few(together, np.asarray(y), self.n_splits):
            together = originals
        yield from folds.split(np.zeros((len(rows), 1)), y, together)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """How many there are."""
        return self.n_splits

    def _originals(self, rows: NDArray[Any]) -> NDArray[np.intp]:
        """For each row a number that its copies share."""
        half = len(rows) // 2 if self.mirrored else len(rows)
        first: dict[bytes, int] = {}
        # Copies may be reduced in another batch, whose sums end in other digits.
        rounded = np.round(rows[:half].astype(np.float64), _DIGITS) + 0.0
        same = [first.setdefault(row.tobytes(), i) for i, row in enumerate(rounded)]
        number = np.array(same, np.intp)
        return np.tile(number, 2) if self.mirrored else number

    def _together(self, originals: NDArray[np.intp]) -> NDArray[np.intp]:
        """For each row a number that its group shares."""
        if self.groups is None:
            return originals
        _, known = np.unique(np.asarray(self.groups), return_inverse=True)
        return np.asarray(known[originals], np.intp)


def _are_few(groups: NDArray[np.intp], labels: NDArray[Any], n_splits: int) -> bool:
    """Whether a class is in fewer groups than there are folds."""
    return any(len(set(groups[labels == one])) < n_splits for one in np.unique(labels))


class CalibratedClassifier(CalibratedClassifierCV):  # type: ignore[misc]  # sklearn is untyped
    """``CalibratedClassifierCV(ensemble=False)`` that also weighs classes.

    One classifier is fitted on all rows; a sigmoid (Platt 1999) from its scores to probabilities
    is learned from the scores that rows get when it is fitted without them.

    Parameters
    ----------
    estimator : classifier
        With ``decision_function`` or ``predict_proba``.
    cv : splitter or int
    class_weight : None, "balanced" or dict of label to float
        How much the rows of each class count, in the classifier and in the sigmoid: with
        "balanced", probabilities are those of a world with as many happy as sad faces.

    Examples
    --------
    >>> import numpy as np
    >>> from happysad.pipeline.estimators.calibration import CalibratedClassifier
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
        """Probability of each class, (n, k), columns in the order of ``classes_``.

        What scikit-learn's own gives, of two classes and a classifier with scores without the
        labels being encoded anew for each answer.
        """
        check_is_fitted(self)
        (fitted,) = self.calibrated_classifiers_
        if len(self.classes_) != 2 or not hasattr(fitted.estimator, "decision_function"):
            return np.asarray(super().predict_proba(X))
        second = fitted.calibrators[0].predict(fitted.estimator.decision_function(X))
        return np.stack([1 - second, second], axis=1)
