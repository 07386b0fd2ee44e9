"""Whether an object is a fitted model from images to happy and sad."""

from __future__ import annotations

from typing import Any

from happysad.utils.errors import UserError

_EXPECTED = (
    "a model is a fitted Pipeline whose first step, named faces, is a FaceAligner and whose last "
    "is a classifier"
)


def check_model(model: Any) -> None:
    """Check that ``model`` is a fitted Pipeline from images to ``happy`` and ``sad``.

    Raises
    ------
    UserError
        It is no Pipeline from a ``FaceAligner`` to a classifier with probabilities, as searches
        and calibrators around one are not; or it is not fitted on these two labels.
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
