"""Whether an object is a fitted model from images to happy and sad, and its probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.utils.errors import UserError

_EXPECTED = (
    "a model is a fitted Pipeline whose first step, named faces, is a FaceAligner and whose last "
    "is a classifier"
)


def check_model(model: Any) -> None:
    """UserError where ``model`` is no fitted Pipeline from images to ``happy`` and ``sad``.

    It goes from a ``FaceAligner`` to a classifier with probabilities; searches and calibrators
    around one do not.
    """
    from sklearn.pipeline import Pipeline

    from happysad.features.faces.aligner import FaceAligner

    kind = "None" if model is None else type(model).__name__
    if not isinstance(model, Pipeline):
        search = hasattr(model, "best_estimator_") or hasattr(model, "refit")
        remedy = ": take the search's .best_estimator_" if search else ""
        raise UserError(f"{_EXPECTED}, and this is {kind}{remedy}")
    name, first = model.steps[0]
    if name != "faces" or not isinstance(first, FaceAligner):
        raise UserError(f"{_EXPECTED}, and this one begins with {name}, {type(first).__name__}")
    last = model.steps[-1][1]
    if not hasattr(last, "predict_proba"):
        raise UserError(
            f"{_EXPECTED} with predict_proba, which {type(last).__name__} has not: put it into a "
            "CalibratedClassifierCV"
        )
    classes = [str(label) for label in getattr(model, "classes_", ())]
    if not classes:
        raise UserError("the model is not fitted on the classes happy and sad: call its fit first")
    if sorted(classes) != ["happy", "sad"]:
        raise UserError(
            f"the model is not fitted on the classes happy and sad, but on {', '.join(classes)}: "
            "fit it with these two words as labels"
        )


def predict_p_happy(model: Any, X: Any) -> NDArray[np.float64]:
    """p(happy) of ``n`` rows: (n,) float64, whichever order the model has its classes in.

    ``X`` is what ``model`` takes: images a whole model, ``Faces`` its part ``model[1:]``, rows of
    features its last step.
    """
    column = [str(label) for label in model.classes_].index("happy")
    return np.asarray(model.predict_proba(X)[:, column], np.float64)
