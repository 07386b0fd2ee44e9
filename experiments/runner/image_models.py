"""Models of other packages in a comparison: any scikit-learn classifier of images.

Such a model is fitted on a list of images, (H, W) grey or (H, W, 3) RGB uint8 arrays as the
files have them, turned upright, with the labels "happy" and "sad"; a Pipeline that begins with
our ``FaceAligner`` is given ``Faces``, as our recipes are.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.pipeline import Pipeline

from happysad.features.faces.aligner import FaceAligner
from happysad.pipeline.data.records import LABELS
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import ImageSource, read_image


class ImageBatch(list[NDArray[np.uint8]]):
    """The decoded images of some files, and whether our detector finds a face in each."""

    def __init__(self, paths: Sequence[str], status: NDArray[np.str_]) -> None:
        super().__init__(read_image(path) for path in paths)
        self.status = status


class ImageReader(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Files or arrays to a list of (H, W) or (H, W, 3) uint8 arrays; there is nothing to fit."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Do nothing."""
        return self

    def transform(self, X: Sequence[ImageSource]) -> list[NDArray[np.uint8]]:
        """Decode each image: see ``read_image``."""
        return [read_image(source) for source in X]

    def __sklearn_is_fitted__(self) -> bool:
        return True


class HappySadClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # as above
    """Any classifier of two labels, with the classes and the probabilities of our models.

    ``predict_proba`` is the model's own where it has one. Of a model with ``decision_function``
    alone it is the logistic function of that value: not calibrated, but 0.5 is where its label
    changes, and faces rank as the value has them. Of one with neither it is 1 for the label
    predicted and 0 for the other.

    Parameters
    ----------
    model : estimator
        Unfitted.

    Attributes
    ----------
    classes_ : (2,) str
        "happy" and "sad".
    """

    def __init__(self, model: Any) -> None:
        self.model = model

    def fit(self, X: Any, y: NDArray[np.str_]) -> Self:
        """Fit the model on images (a plain list) or ``Faces``; UserError for other labels."""
        self.model_ = clone(self.model).fit(_plain(X), y)
        _check_labels(getattr(self.model_, "classes_", LABELS))
        self.classes_ = np.array(LABELS)
        return self

    def predict(self, X: Any) -> NDArray[np.str_]:
        """The label of each, (n,)."""
        return np.where(self.predict_proba(X)[:, 0] >= 0.5, *LABELS)

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probability of happy and of sad, (n, 2)."""
        X, model = _plain(X), self.model_
        if hasattr(model, "predict_proba"):
            happy = np.asarray(model.predict_proba(X), float)[:, _column(model, "happy")]
        elif hasattr(model, "decision_function"):
            from scipy.special import expit

            towards_second = expit(np.asarray(model.decision_function(X), float))
            happy = towards_second if _column(model, "happy") else 1 - towards_second
        else:
            labels = np.asarray(model.predict(X)).astype(str)
            _check_labels(labels)
            happy = (labels == "happy").astype(float)
        return np.column_stack([happy, 1 - happy])


def reads_images(model: Pipeline) -> bool:
    """Whether an adapted model takes images, and not faces that we have aligned."""
    return isinstance(model.steps[0][1], ImageReader)


def adapt(model: Any, random_state: int) -> Pipeline:
    """A copy of a model that takes files or arrays and predicts happy or sad.

    ``random_state`` is set wherever the model has that parameter and nothing in it.
    """
    copy = clone(model)
    unset = [name for name, value in copy.get_params().items() if value is None]
    names = [name for name in unset if name.rpartition("__")[2] == "random_state"]
    copy.set_params(**dict.fromkeys(names, random_state))
    if isinstance(copy, Pipeline) and isinstance(copy.steps[0][1], FaceAligner):
        first, copy = copy.steps[0], copy[1:]
    else:
        first = ("images", ImageReader())
    return Pipeline([first, ("classifier", HappySadClassifier(copy))])


def check_estimator(model: Any, name: str) -> None:
    """UserError unless this can be cloned, fitted and used as scikit-learn's classifiers are."""
    wanted = ("get_params", "fit", "predict")
    if isinstance(model, type) or not all(hasattr(model, method) for method in wanted):
        raise UserError(f"{name} is no scikit-learn Pipeline or classifier, but {model!r:.60}")


def reason(error: Exception) -> str:
    """What went wrong, in one line."""
    text = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())


def build_from_factory(name: str, random_state: int) -> Pipeline:
    """The adapted model that "package.module:function" makes, maybe of a random state.

    The working folder is searched for the module too.
    """
    module_name, _, attribute = name.partition(":")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        factory = getattr(importlib.import_module(module_name), attribute, None)
    except Exception as error:  # whatever goes wrong in somebody else's module
        message = f"cannot import {module_name} of the model {name}: {reason(error)}"
        raise UserError(message) from error
    if not callable(factory):
        raise UserError(f"the module {module_name} has no function {attribute!r}: see --model")
    try:
        takes = inspect.signature(factory).parameters
        model = factory(random_state=random_state) if "random_state" in takes else factory()
    except Exception as error:  # as above
        raise UserError(f"{name} fails: {reason(error)}") from error
    check_estimator(model, f"what {name} returns")
    return adapt(model, random_state)


def _plain(X: Any) -> Any:
    return list(X) if isinstance(X, list) else X


def _column(model: Any, label: str) -> int:
    classes = [str(name) for name in getattr(model, "classes_", LABELS)]
    return classes.index(label)


def _check_labels(labels: Any) -> None:
    found = sorted({str(label) for label in labels})
    if not set(found) <= set(LABELS):
        raise UserError(f"the model predicts {', '.join(found)}, not happy and sad")
