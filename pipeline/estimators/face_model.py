"""``FaceModel``: the Pipeline of a recipe, from images to ``happy`` or ``sad``."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from contextlib import contextmanager
from typing import Any, Self

import numpy as np
from imblearn.pipeline import Pipeline
from numpy.typing import ArrayLike, NDArray
from sklearn import config_context
from sklearn.pipeline import FeatureUnion
from sklearn.pipeline import Pipeline as SklearnPipeline
from sklearn.utils.validation import check_is_fitted

from happysad.features.faces.aligner import FaceAligner
from happysad.pipeline.estimators.checks import check_labels, check_parameters
from happysad.utils.image_decoding import check_image_list


class FaceModel(Pipeline):  # type: ignore[misc]  # sklearn is untyped
    """imbalanced-learn's Pipeline, which is scikit-learn's with samplers as steps.

    It checks labels and parameters before the work begins, and predicts an empty array for an
    empty list, as of a folder without images, where scikit-learn's classifiers raise.

    Examples
    --------
    >>> from happysad.pipeline.demo.demo_faces import make_demo_faces
    >>> from happysad.pipeline.models.registry import make_model
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
            Labels of another number, missing ones, or other than two classes; a parameter with
            a value that it cannot have (UserError, which is one).
        """
        check_parameters(self)
        if isinstance(self.steps[0][1], FaceAligner):
            check_image_list(X)
        with default_settings():
            super().fit(X, check_labels(X, y), **params)
        return self

    def predict(self, X: Any, **params: Any) -> NDArray[np.str_]:
        """Labels of ``n`` images, or of ``Faces`` where the face stage was sliced off: (n,)."""
        if _is_empty(X):
            check_is_fitted(self)
            return np.asarray(self.classes_[:0])
        check_is_fitted(self)
        with default_settings(checked=True):
            return np.asarray(self[-1].predict(self._transformed(X), **params))

    def predict_proba(self, X: Any, **params: Any) -> NDArray[np.float64]:
        """Probability of each class, (n, 2), columns in the order of ``classes_``."""
        if _is_empty(X):
            check_is_fitted(self)
            return np.zeros((0, len(self.classes_)))
        check_is_fitted(self)
        with default_settings(checked=True):
            return np.asarray(self[-1].predict_proba(self._transformed(X), **params))

    def _transformed(self, X: Any) -> Any:
        """What the last step is given."""
        for _, _, step in self._iter(with_final=False):
            X = transformed(step, X)
        return X

    def __str__(self) -> str:
        """All steps; scikit-learn leaves out the middle of what is longer than 700 characters."""
        return str(self.__repr__(N_CHAR_MAX=3000))  # type: ignore[call-arg]


def transformed(step: Any, X: Any) -> Any:
    """``step.transform(X)``, without what scikit-learn looks up for each step of a composite.

    Of one image the look-ups take as long as the arithmetic.
    """
    if type(step) is SklearnPipeline:
        for _, _, inner in step._iter():
            X = transformed(inner, X)
        return X
    if type(step) is FeatureUnion and step.n_jobs in (None, 1):
        blocks = [(transformed(block, X), weight) for _, block, weight in step._iter()]
        return np.hstack([rows if weight is None else rows * weight for rows, weight in blocks])
    return step.transform(X)


@contextmanager
def default_settings(checked: bool = False) -> Iterator[None]:
    """scikit-learn's and NumPy's defaults, whatever the caller has set for tables and errors.

    ``checked``: parameters were checked in ``fit``, and features of pixels are finite; to check
    again at every step would take a tenth of a prediction's time.
    """
    numbers = np.errstate(divide="warn", over="warn", under="ignore", invalid="warn")
    quick = {"assume_finite": True, "skip_parameter_validation": True} if checked else {}
    with config_context(transform_output="default", **quick), numbers:
        yield


def _is_empty(X: Any) -> bool:
    return isinstance(X, Sized) and not isinstance(X, str) and len(X) == 0
