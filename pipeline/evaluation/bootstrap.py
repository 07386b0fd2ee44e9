"""How far the scores would move with other test images: bootstrap intervals.

A resample is a weighting, how often each image was drawn, so thousands of them are a few matrix
products: thirty times as fast as ``metrics.evaluate`` in a loop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.evaluation.metrics import BINS, SCORES, bin_of, class_scores
from happysad.pipeline.evaluation.validation import (
    Labels,
    Predictions,
    Probabilities,
    check_predictions,
)

Groups = Sequence[str] | NDArray[Any]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Interval = tuple[float, float]

LEVEL = 0.95  # of all intervals
_NAN = (float("nan"), float("nan"))
_CELLS = 1_000_000  # weights held at a time: 8 MB


def bootstrap_intervals(
    y_true: Labels,
    p_happy: Probabilities | NDArray[Any],
    *,
    y_pred: Labels | NDArray[Any] | None = None,
    groups: Groups | None = None,
    resamples: int = 2000,
    random_state: int = 0,
) -> dict[str, Interval]:
    """95% percentile bootstrap interval of every score of the predictions for ``n`` images.

    Images are drawn with replacement, whole groups (all images of a person) where groups are
    given. The same images, groups and random state give the same resamples, for any model.

    Where all of few images are classified rightly, the interval has no width: it is too narrow.
    Each resample adds its own noise to the bins of ``calibration_error``, which moves all
    percentiles upwards; its interval is the reflected one ("basic"), widened to hold the value.

    Parameters
    ----------
    y_true, p_happy, y_pred : (n,)
        As ``metrics.evaluate`` takes them. ``p_happy`` and ``y_pred`` may be (r, n), those of
        ``r`` fits for the same images: the intervals are then those of the mean over the fits.
    groups : (n,) str, optional
        Images that are drawn together; one whose group is "" is drawn alone.

    Returns
    -------
    dict of str to (low, high)
        The names of ``metrics.SCORES``. Resamples in which a score is NaN are left out of it;
        (NaN, NaN) where none is left, or where there is only one group.

    References
    ----------
    B. Efron: Bootstrap methods: another look at the jackknife. Annals of Statistics 7, 1979.
    C. A. Field, A. H. Welsh: Bootstrapping clustered data. Journal of the Royal Statistical
    Society B 69, 2007.

    Examples
    --------
    >>> y_true, p_happy = ["happy", "sad"] * 50, [0.9, 0.2] * 45 + [0.4, 0.6] * 5
    >>> low, high = bootstrap_intervals(y_true, p_happy)["accuracy"]
    >>> round(low, 2), round(high, 2)
    (0.84, 0.96)
    """
    fits = _fits(y_true, p_happy, y_pred)
    n = len(fits[0].happy)
    codes = _group_codes(groups, n)
    if codes.max() == 0:
        return dict.fromkeys(SCORES, _NAN)
    chunks = [
        _mean_scores(fits, weights) for weights in resample_weights(codes, resamples, random_state)
    ]
    intervals = {
        name: _percentiles(np.concatenate([chunk[name] for chunk in chunks])) for name in SCORES
    }
    value = float(_mean_scores(fits, np.ones((1, n)))["calibration_error"][0])
    low, high = intervals["calibration_error"]
    reflected = max(0.0, min(value, 2 * value - high)), max(value, 2 * value - low)
    return {**intervals, "calibration_error": reflected}


def _fits(y_true: Labels, p_happy: Any, y_pred: Any) -> list[Predictions]:
    if np.ndim(p_happy) < 2:
        return [check_predictions(y_true, p_happy, y_pred)]
    said = [None] * len(p_happy) if y_pred is None else y_pred
    return [check_predictions(y_true, *both) for both in zip(p_happy, said, strict=True)]


def _mean_scores(fits: list[Predictions], weights: Floats) -> dict[str, Floats]:
    scores = [weighted_scores(predictions, weights) for predictions in fits]
    return {name: np.mean([one[name] for one in scores], axis=0) for name in SCORES}


def paired_interval(
    right_a: Sequence[bool] | NDArray[Any],
    right_b: Sequence[bool] | NDArray[Any],
    groups: Groups | None = None,
) -> Interval:
    """95% interval of accuracy a minus accuracy b, from whether each is right on ``n`` images.

    In the place of a truth value may stand the share of several fits that are right.
    Resampled as in ``bootstrap_intervals``; (NaN, NaN) where there is only one group.
    """
    gain = np.asarray(right_a, np.float64) - np.asarray(right_b, np.float64)
    codes = _group_codes(groups, len(gain))
    if len(gain) == 0 or codes.max() == 0:
        return _NAN
    gains = [weights @ gain / weights.sum(axis=1) for weights in resample_weights(codes)]
    return _percentiles(np.concatenate(gains))


def resample_weights(
    codes: NDArray[np.intp], resamples: int = 2000, random_state: int = 0
) -> Iterator[Floats]:
    """How often each of ``n`` images was drawn, a chunk of rows at a time: (r, n) float64.

    ``codes``, (n,), number the groups from 0; as many groups are drawn as there are.
    """
    rng = np.random.default_rng(random_state)
    number = int(codes.max()) + 1
    step = max(1, _CELLS // len(codes))
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        drawn = rng.integers(0, number, (rows, number)) + number * np.arange(rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * number).reshape(rows, number)
        yield counts[:, codes].astype(np.float64)


def weighted_scores(predictions: Predictions, weights: Floats) -> dict[str, Floats]:
    """``metrics.SCORES``, (r,) each, under ``r`` weightings of ``n`` images: (r, n).

    The same as ``metrics.evaluate`` on images written out as often as they count.
    """
    happy, p, predicted = predictions
    cells = [happy & predicted, ~happy & predicted, happy & ~predicted, ~happy & ~predicted]
    tp, fp, fn, tn = (weights @ np.stack(cells, axis=1).astype(np.float64)).T
    total = weights.sum(axis=1)
    gaps = np.zeros((len(happy), BINS))
    gaps[np.arange(len(happy)), bin_of(p, BINS)] = happy - p
    return {
        **class_scores(tp, fp, fn, tn),
        "roc_auc": _auc(happy, p, weights),
        "brier": weights @ (p - happy) ** 2 / total,
        "calibration_error": np.abs(weights @ gaps).sum(axis=1) / total,
    }


def _auc(happy: Bools, p_happy: Floats, weights: Floats) -> Floats:
    """Chance that a happy face has a higher p than a sad one, ties as half; NaN without a pair."""
    order = np.argsort(p_happy, kind="stable")
    ranked = p_happy[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    sorted_weights = weights[:, order]
    happies = np.add.reduceat(sorted_weights * happy[order], starts, axis=1)
    sads = np.add.reduceat(sorted_weights * ~happy[order], starts, axis=1)
    below = np.cumsum(sads, axis=1) - sads / 2
    pairs = happies.sum(axis=1) * sads.sum(axis=1)
    won = np.einsum("ij,ij->i", happies, below)
    auc: Floats = np.divide(won, pairs, out=np.full(len(won), np.nan), where=pairs > 0)
    return auc


def _group_codes(groups: Groups | None, n: int) -> NDArray[np.intp]:
    import pandas as pd

    if groups is None:
        return np.arange(n)
    if len(groups) != n:
        raise ValueError(f"{n} images have {len(groups)} groups: give one for each image")
    keys = [i if group == "" else str(group) for i, group in enumerate(groups)]
    return np.asarray(pd.factorize(np.array(keys, object))[0])


def _percentiles(values: Floats) -> Interval:
    kept = values[np.isfinite(values)]
    if len(kept) == 0:
        return _NAN
    low, high = np.quantile(kept, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
