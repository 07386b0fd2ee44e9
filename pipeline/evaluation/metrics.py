"""How good predictions and their probabilities are; ``happy`` is the positive class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.evaluation.validation import Labels, Probabilities, check_predictions

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

METRICS: dict[str, str] = {
    "accuracy": "share of all faces classified rightly",
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
    "brier": "mean squared error of p_happy: 0 is best, always predicting 0.5 gives 0.25",
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

BINS = 15
"""Of the calibration error, as in Guo et al. 2017."""


def evaluate(
    y_true: Labels, p_happy: Probabilities, y_pred: Labels | None = None
) -> dict[str, float | int]:
    """Score the predictions for ``n`` faces.

    Parameters
    ----------
    y_true : (n,) str
        ``"happy"`` or ``"sad"``.
    p_happy : (n,) float
        Probability of happy, in [0, 1].
    y_pred : (n,) str, optional
        The model's own predictions; without them, happy where ``p_happy >= 0.5``.

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

    Examples
    --------
    >>> scores = evaluate(["happy", "happy", "sad", "sad"], [0.9, 0.4, 0.3, 0.1])
    >>> scores["accuracy"], scores["recall_happy"], scores["roc_auc"], scores["fn"]
    (0.75, 0.5, 1.0, 1)
    """
    from sklearn.metrics import brier_score_loss, confusion_matrix, roc_auc_score

    happy, p, predicted = check_predictions(y_true, p_happy, y_pred)
    (tp, fn), (fp, tn) = confusion_matrix(happy, predicted, labels=[True, False]).tolist()
    scores = class_scores(*np.array([tp, fp, fn, tn], np.float64))
    both = happy.any() and not happy.all()
    return {
        **{name: float(score) for name, score in scores.items()},
        "roc_auc": float(roc_auc_score(happy, p)) if both else float("nan"),
        "brier": float(brier_score_loss(happy, p, pos_label=True)),
        "calibration_error": calibration_error(y_true, p),
        **dict(zip(COUNTS, (tp, fp, fn, tn), strict=True)),
    }


def class_scores(tp: Floats, fp: Floats, fn: Floats, tn: Floats) -> dict[str, Floats]:
    """Accuracy, precision, recall and F1 from the four counts; they may be arrays of one shape.

    As scikit-learn's with ``zero_division=0``: a test compares them.
    """
    classes = np.sum([tp + fn > 0, tn + fp > 0], axis=0)
    scores = {
        "accuracy": (tp + tn) / (tp + fp + fn + tn),
        "balanced_accuracy": (_ratio(tp, tp + fn) + _ratio(tn, tn + fp)) / classes,
    }
    for label, (right, wrongly, missed) in {"happy": (tp, fp, fn), "sad": (tn, fn, fp)}.items():
        scores[f"precision_{label}"] = _ratio(right, right + wrongly)
        scores[f"recall_{label}"] = _ratio(right, right + missed)
        scores[f"f1_{label}"] = _ratio(2 * right, 2 * right + wrongly + missed)
    for name in ("precision", "recall", "f1"):
        scores[f"{name}_macro"] = (scores[f"{name}_happy"] + scores[f"{name}_sad"]) / 2
    return scores


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def calibration_error(y_true: Labels, p_happy: Probabilities, bins: int = BINS) -> float:
    """Mean gap in a bin between ``p_happy`` and the share of happy faces, weighted by its faces.

    The expected calibration error of Guo et al. 2017, who take it of the predicted class, not of
    happy. Chance alone makes it larger than 0, the more so the fewer the faces.
    """
    happy, p, _ = check_predictions(y_true, p_happy)
    gaps = np.bincount(bin_of(p, bins), weights=happy - p, minlength=bins)
    return float(np.abs(gaps).sum() / len(p))


def reliability(y_true: Labels, p_happy: Probabilities, bins: int = 10) -> pd.DataFrame:
    """The points of a reliability diagram.

    Returns
    -------
    pandas.DataFrame
        A row for each of ``bins`` equal parts of [0, 1]: ``low`` and ``high`` (its ends), ``n``
        (faces in it), ``mean_p`` (of ``p_happy``), ``share_happy``, and ``share_low`` and
        ``share_high`` (its 95% Wilson interval); NaN where ``n`` is 0.

    Examples
    --------
    >>> frame = reliability(["sad", "sad", "happy", "happy"], [0.1, 0.2, 0.3, 0.9], bins=2)
    >>> frame[["n", "mean_p", "share_happy"]].round(2)
       n  mean_p  share_happy
    0  3     0.2         0.33
    1  1     0.9         1.00
    """
    import pandas as pd
    from scipy.stats import binomtest

    happy, p, _ = check_predictions(y_true, p_happy)
    within = bin_of(p, bins)
    n = np.bincount(within, minlength=bins)
    happy_n = np.bincount(within, weights=happy, minlength=bins)
    limits = [
        tuple(binomtest(k, all_).proportion_ci(method="wilson")) if all_ else (np.nan, np.nan)
        for k, all_ in zip(happy_n.astype(int).tolist(), n.tolist(), strict=True)
    ]
    edges = np.arange(bins + 1) / bins
    frame = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "n": n})
    frame["mean_p"] = np.bincount(within, weights=p, minlength=bins) / frame["n"]
    frame["share_happy"] = happy_n / frame["n"]
    frame[["share_low", "share_high"]] = limits
    return frame


def bin_of(p_happy: NDArray[np.float64], bins: int) -> NDArray[np.intp]:
    """Which of ``bins`` equal parts of [0, 1] each number is in: [low, high), the last closed."""
    return np.minimum((p_happy * bins).astype(np.intp), bins - 1)
