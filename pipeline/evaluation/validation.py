"""Labels and probabilities as they come from a user, checked and made into arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.data.records import LABELS
from happysad.utils.errors import UserError

Labels = Sequence[str] | NDArray[Any]
Probabilities = Sequence[float] | NDArray[Any]


class Predictions(NamedTuple):
    """Of ``n`` faces: whether each is happy, its ``p_happy``, and whether it was called happy."""

    happy: NDArray[np.bool_]
    p_happy: NDArray[np.float64]
    predicted: NDArray[np.bool_]


def check_predictions(
    y_true: Labels, p_happy: Probabilities, y_pred: Labels | None = None
) -> Predictions:
    """Arrays of labels and probabilities, or a UserError that says what is wrong with them.

    Without ``y_pred``, happy is predicted where ``p_happy >= 0.5``.
    """
    happy, p = _is_happy(y_true, "y_true"), _probabilities(p_happy)
    predicted = p >= 0.5 if y_pred is None else _is_happy(y_pred, "y_pred")
    for name, values, kind in (("p_happy", p, "numbers"), ("y_pred", predicted, "labels")):
        if len(values) != len(happy):
            raise UserError(
                f"y_true holds {len(happy)} labels and {name} {len(values)} {kind}: "
                "give one of each for each image"
            )
    if len(happy) == 0:
        raise UserError("there is nothing to evaluate: y_true is empty")
    return Predictions(happy, p, predicted)


def _is_happy(values: Labels, name: str) -> NDArray[np.bool_]:
    labels = np.array([str(value) for value in values], dtype=np.str_)
    for label in labels:
        if label not in LABELS:
            raise UserError(f"{name} holds the label '{label}': only happy and sad are known")
    return np.asarray(labels == "happy")


def _probabilities(values: Probabilities) -> NDArray[np.float64]:
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise UserError("p_happy holds something that is not a number") from None
    if numbers.ndim != 1:
        raise UserError(
            f"p_happy is one number for each image, but its shape is {numbers.shape}: of "
            "predict_proba's two columns take the one of happy"
        )
    if not ((numbers >= 0) & (numbers <= 1)).all():  # NaN is rejected here too
        raise UserError("p_happy holds probabilities from 0 to 1, but some lie outside or are NaN")
    return numbers
