"""Labels and probabilities as they come from a user, checked and made into arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.data.records import LABELS
from happysad.utils.errors import UserError

Labels = Sequence[str] | NDArray[Any]
Probabilities = Sequence[float] | NDArray[Any]


def labels_of(values: Labels, name: str) -> NDArray[np.str_]:
    """``(n,)`` labels; UserError, which says ``name``, where one is neither happy nor sad."""
    labels = np.array([str(value) for value in values], dtype=np.str_)
    for label in labels:
        if label not in LABELS:
            raise UserError(f"{name} holds the label '{label}': only happy and sad are known")
    return labels


def probabilities_of(values: Probabilities) -> NDArray[np.float64]:
    """``(n,)`` float64 in [0, 1]; UserError where they are not."""
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise UserError("p_happy holds something that is not a number") from None
    if numbers.ndim != 1:
        raise UserError(
            f"p_happy is one number for each image, but its shape is {numbers.shape}: of "
            "predict_proba's two columns take the one of happy"
        )
    if not ((numbers >= 0) & (numbers <= 1)).all():  # NaN is refused here too
        raise UserError("p_happy holds probabilities from 0 to 1, but some lie outside or are NaN")
    return numbers


def happy_and_p(
    y_true: Labels, p_happy: Probabilities
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Whether each face is happy and the probability that it was given, both ``(n,)``.

    Raises
    ------
    UserError
        Lengths that differ, no faces at all, other labels, or no probabilities.
    """
    happy, probability = labels_of(y_true, "y_true") == "happy", probabilities_of(p_happy)
    if len(happy) != len(probability):
        raise UserError(
            f"y_true holds {len(happy)} labels and p_happy {len(probability)} numbers: "
            "give one of each for each image"
        )
    if len(happy) == 0:
        raise UserError("there is nothing to look at: y_true is empty")
    return happy, probability
