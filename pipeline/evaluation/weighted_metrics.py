"""All scores of ``metrics.evaluate`` for many weightings of the same images at once.

A bootstrap resample is a weighting: how often each image was drawn. So thousands of resamples
are a few matrix products, without a Python loop.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.evaluation.calibration import BINS, bin_of

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


def weighted_scores(
    truth: Bools, p_happy: Floats, guess: Bools, weights: Floats
) -> dict[str, Floats]:
    """Scores under each of ``r`` weightings, with the conventions of ``evaluate``.

    Parameters
    ----------
    truth, guess : (n,) bool
        Whether a face is happy, and whether it was called so.
    p_happy : (n,) float64
    weights : (r, n) float64
        How often each image counts. Each row holds something above 0.

    Returns
    -------
    dict of str to (r,) float64
        The names of ``metrics.SCORES``, in their order.
    """
    called = np.stack([truth & guess, ~truth & guess, truth & ~guess, ~truth & ~guess], axis=1)
    tp, fp, fn, tn = (weights @ called.astype(np.float64)).T
    total = weights.sum(axis=1)
    scores = {"accuracy": (tp + tn) / total, "balanced_accuracy": _balanced(tp, fp, fn, tn)}
    by_class = {"happy": (tp, fp, fn), "sad": (tn, fn, fp)}
    for label, (right, wrongly, missed) in by_class.items():
        scores[f"precision_{label}"] = _share(right, right + wrongly)
        scores[f"recall_{label}"] = _share(right, right + missed)
        scores[f"f1_{label}"] = _share(2 * right, 2 * right + wrongly + missed)
    for name in ("precision", "recall", "f1"):
        scores[f"{name}_macro"] = (scores[f"{name}_happy"] + scores[f"{name}_sad"]) / 2
    scores["roc_auc"] = _auc(truth, p_happy, weights)
    scores["brier"] = weights @ (p_happy - truth) ** 2 / total
    gaps = np.zeros((len(truth), BINS))
    gaps[np.arange(len(truth)), bin_of(p_happy, BINS)] = truth - p_happy
    scores["calibration_error"] = np.abs(weights @ gaps).sum(axis=1) / total
    return scores


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _balanced(tp: Floats, fp: Floats, fn: Floats, tn: Floats) -> Floats:
    """Mean recall of the classes that have any weight."""
    happy, sad = tp + fn, tn + fp
    classes: Floats = (happy > 0).astype(np.float64) + (sad > 0)
    return (_share(tp, happy) + _share(tn, sad)) / classes


def _auc(truth: Bools, p_happy: Floats, weights: Floats) -> Floats:
    """Chance that a happy face has a higher p than a sad one, ties as half; NaN without a pair."""
    order = np.argsort(p_happy, kind="stable")
    ranked = p_happy[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    sorted_weights = weights[:, order]
    happy = np.add.reduceat(sorted_weights * truth[order], starts, axis=1)
    sad = np.add.reduceat(sorted_weights * ~truth[order], starts, axis=1)
    below = np.cumsum(sad, axis=1) - sad / 2
    pairs = happy.sum(axis=1) * sad.sum(axis=1)
    won = np.einsum("ij,ij->i", happy, below)
    chance: Floats = np.divide(won, pairs, out=np.full(len(won), np.nan), where=pairs > 0)
    return chance
