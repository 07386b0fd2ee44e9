"""``FaceModel``: the Pipeline of a recipe, from images to ``happy`` or ``sad``."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any, Self

import numpy as np
from imblearn.pipeline import Pipeline
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import assert_all_finite, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted


class FaceModel(Pipeline):  # type: ignore[misc]  # sklearn is untyped
    """imbalanced-learn's Pipeline, which is scikit-learn's with samplers as steps.

    It checks the labels before the work begins, and answers an empty list with an empty answer:
    a folder without images or a video frame without faces is an ordinary thing, but most of
    scikit-learn's classifiers raise where there is nothing to answer.

    Examples
    --------
    >>> from happysad.pipeline.demo_faces import make_demo_faces
    >>> from happysad.pipeline.models import make_model
    >>> faces, labels = make_demo_faces(40)
    >>> model = make_model("hog-svm").fit(list(faces), labels)
    >>> model.predict(list(faces[:1])).shape, model.predict([]).shape
    ((1,), (0,))
    """

    def fit(self, X: Any, y: ArrayLike | None = None, **params: Any) -> Self:
        """Fit on ``n`` images, or on ``Faces`` where the face stage was sliced off.

        Raises
        ------
        ValueError
            Labels of another number, missing ones, or other than two classes.
        """
        super().fit(X, _two_classes(X, y), **params)
        return self

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


def _two_classes(X: Any, y: ArrayLike | None) -> NDArray[Any]:
    """The labels, as scikit-learn's binary classifiers check them."""
    if y is None:
        raise ValueError("FaceModel requires y to be passed, but the target y is None")
    labels = column_or_1d(y, warn=True)
    assert_all_finite(labels, input_name="y")
    check_classification_targets(labels)
    check_consistent_length(X, labels)
    classes = np.unique(labels)
    if len(classes) > 2:
        raise ValueError(
            "Only binary classification is supported. The type of the target is multiclass: "
            f"{', '.join(map(str, classes[:5]))}."
        )
    if len(classes) < 2:
        raise ValueError(f"The classifier needs two classes, but there is only {list(classes)}.")
    return np.asarray(labels)


def _nothing(X: Any) -> bool:
    return isinstance(X, Sized) and not isinstance(X, str) and len(X) == 0
