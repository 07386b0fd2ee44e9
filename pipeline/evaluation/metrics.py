"""How good the answers are: one dictionary of plain numbers; ``happy`` is the positive class."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.evaluation.calibration import calibration_error
from happysad.pipeline.evaluation.validation import labels_of, probabilities_of
from happysad.utils.errors import UserError

LABELS = ("happy", "sad")

METRICS: dict[str, str] = {
    "accuracy": "share of all faces answered rightly",
    "balanced_accuracy": "mean of the two recalls: chance is 0.5 however unequal the classes",
    "precision_happy": "of the faces called happy, the share that is",
    "recall_happy": "of the happy faces, the share that was called happy",
    "f1_happy": "harmonic mean of precision_happy and recall_happy",
    "precision_sad": "of the faces called sad, the share that is",
    "recall_sad": "of the sad faces, the share that was called sad",
    "f1_sad": "harmonic mean of precision_sad and recall_sad",
    "precision_macro": "mean of the two precisions",
    "recall_macro": "mean of the two recalls, that of an absent class counted as 0",
    "f1_macro": "mean of the two F1 scores",
    "roc_auc": "chance that a happy face gets a higher p_happy than a sad one",
    "brier": "mean squared error of p_happy: 0 is best, always answering 0.5 gives 0.25",
    "calibration_error": "mean gap of p_happy and the share of happy faces, in 15 bins: 0 is best",
    "tp": "happy faces called happy",
    "fp": "sad faces called happy",
    "fn": "happy faces called sad",
    "tn": "sad faces called sad",
}
"""Name and one-line meaning of all that ``evaluate`` gives, in its order."""

COUNTS = ("tp", "fp", "fn", "tn")

SCORES = tuple(name for name in METRICS if name not in COUNTS)
"""Those of ``METRICS`` that are no counts: they compare across parts of different sizes."""


def evaluate(
    y_true: Sequence[str] | NDArray[Any],
    p_happy: Sequence[float] | NDArray[Any],
    y_pred: Sequence[str] | NDArray[Any] | None = None,
) -> dict[str, float | int]:
    """Score the answers for ``n`` faces.

    Parameters
    ----------
    y_true : (n,) str
        ``"happy"`` or ``"sad"``.
    p_happy : (n,) float
        Probability of happy, in [0, 1].
    y_pred : (n,) str, optional
        The model's own answers; without them, happy where ``p_happy >= 0.5``.

    Returns
    -------
    dict
        The names of ``METRICS``, as Python floats and ints. A score whose denominator is zero
        is 0; ``roc_auc`` is NaN where ``y_true`` holds one class only, and
        ``balanced_accuracy`` is then the recall of that class.

    Raises
    ------
    UserError
        Lengths that differ, no faces at all, other labels, or no probabilities.
    """
    truth = labels_of(y_true, "y_true")
    probability = probabilities_of(p_happy)
    guess = np.where(probability >= 0.5, *LABELS) if y_pred is None else labels_of(y_pred, "y_pred")
    if not len(truth) == len(probability) == len(guess):
        raise UserError(
            f"y_true holds {len(truth)} labels, p_happy {len(probability)} numbers and y_pred "
            f"{len(guess)} labels: give one of each for each image"
        )
    if len(truth) == 0:
        raise UserError("there is nothing to evaluate: y_true is empty")
    scores = {
        **_class_scores(truth, guess),
        **_probability_scores(truth, probability),
        **_counts(truth, guess),
    }
    return {name: scores[name] for name in METRICS}


def _class_scores(truth: NDArray[np.str_], guess: NDArray[np.str_]) -> dict[str, float]:
    from sklearn.metrics import (
        accuracy_score,
        balanced_accuracy_score,
        precision_recall_fscore_support,
    )

    with warnings.catch_warnings():
        # It warns of parts that hold one class only; the docstring states what comes out then.
        warnings.simplefilter("ignore", UserWarning)
        balanced = float(balanced_accuracy_score(truth, guess))
    scores = {"accuracy": float(accuracy_score(truth, guess)), "balanced_accuracy": balanced}
    by_class = precision_recall_fscore_support(truth, guess, labels=LABELS, zero_division=0)
    for name, (happy, sad) in zip(("precision", "recall", "f1"), by_class, strict=False):
        scores[f"{name}_happy"] = float(happy)
        scores[f"{name}_sad"] = float(sad)
        scores[f"{name}_macro"] = float((happy + sad) / 2)
    return scores


def _probability_scores(
    truth: NDArray[np.str_], probability: NDArray[np.float64]
) -> dict[str, float]:
    from sklearn.metrics import brier_score_loss, roc_auc_score

    happy = truth == "happy"
    both = bool(happy.any() and not happy.all())
    return {
        "roc_auc": float(roc_auc_score(happy, probability)) if both else float("nan"),
        "brier": float(brier_score_loss(happy, probability, pos_label=True)),
        "calibration_error": calibration_error(truth, probability),
    }


def _counts(truth: NDArray[np.str_], guess: NDArray[np.str_]) -> dict[str, int]:
    from sklearn.metrics import confusion_matrix

    (tp, fn), (fp, tn) = confusion_matrix(truth, guess, labels=LABELS).tolist()
    return {"tp": tp, "fp": fp, "fn": fn, "tn": tn}
