"""How far the scores would move with other test images: bootstrap intervals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.evaluation.metrics import SCORES
from happysad.pipeline.evaluation.validation import Labels, Probabilities, happy_and_p, labels_of
from happysad.pipeline.evaluation.weighted_metrics import weighted_scores

Groups = Sequence[str] | NDArray[Any]
Floats = NDArray[np.float64]
Interval = tuple[float, float]

_CELLS = 1_000_000  # weights held at a time: 8 MB


def bootstrap_intervals(
    y_true: Labels,
    p_happy: Probabilities,
    *,
    y_pred: Labels | None = None,
    groups: Groups | None = None,
    resamples: int = 2000,
    level: float = 0.95,
    random_state: int = 0,
) -> dict[str, Interval]:
    """Percentile bootstrap interval of every score of ``n`` answers.

    Images are drawn with replacement, whole groups (all images of a person) where groups are
    given, and scored anew. The same images, groups and random state give the same resamples, for
    whichever model.

    Two limits. In few images that are all answered rightly, so is every resample, and the
    interval has no width: it is too sure. And each resample adds its own noise to the bins of
    ``calibration_error``, which moves all percentiles upwards; its interval is the reflected one
    ("basic": twice the value less the percentile), widened to hold the value.

    Parameters
    ----------
    y_true : (n,) str
        ``"happy"`` or ``"sad"``.
    p_happy : (n,) float
        Probability of happy, in [0, 1].
    y_pred : (n,) str, optional
        The model's own answers; without them, happy where ``p_happy >= 0.5``.
    groups : (n,) str, optional
        Images that are drawn together; one whose group is "" is drawn alone.
    resamples : int
    level : float
        Share of resamples within the interval.
    random_state : int

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
    """
    happy, p = happy_and_p(y_true, p_happy)
    guess = p >= 0.5 if y_pred is None else labels_of(y_pred, "y_pred") == "happy"
    codes = _codes(groups, len(happy))
    if codes.max() == 0:
        return dict.fromkeys(SCORES, (float("nan"), float("nan")))
    chunks = [
        weighted_scores(happy, p, guess, weights)
        for weights in resample_weights(codes, resamples, random_state)
    ]
    found = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in SCORES}
    intervals = {name: _percentiles(found[name], level) for name in SCORES}
    once = weighted_scores(happy, p, guess, np.ones((1, len(happy))))
    value = float(once["calibration_error"][0])
    intervals["calibration_error"] = _reflected(value, intervals["calibration_error"])
    return intervals


def paired_interval(
    right_a: Sequence[bool] | NDArray[Any],
    right_b: Sequence[bool] | NDArray[Any],
    groups: Groups | None = None,
    *,
    resamples: int = 2000,
    level: float = 0.95,
    random_state: int = 0,
) -> Interval:
    """Percentile bootstrap interval of accuracy a minus accuracy b, on the same ``n`` images.

    Parameters
    ----------
    right_a, right_b : (n,) bool
        Whether the answer to each image is right; the same images in the same order.
    groups : (n,) str, optional
        As in ``bootstrap_intervals``; (NaN, NaN) where there is only one.
    """
    gain = np.asarray(right_a, np.float64) - np.asarray(right_b, np.float64)
    codes = _codes(groups, len(gain))
    if len(gain) == 0 or codes.max() == 0:
        return float("nan"), float("nan")
    chunks = resample_weights(codes, resamples, random_state)
    return _percentiles(np.concatenate([w @ gain / w.sum(axis=1) for w in chunks]), level)


def resample_weights(
    codes: NDArray[np.intp], resamples: int, random_state: int
) -> Iterator[Floats]:
    """How often each image was drawn, ``(some, n)`` at a time, ``resamples`` rows in all.

    ``codes`` (n,) number the groups from 0; as many groups are drawn as there are.
    """
    rng = np.random.default_rng(random_state)
    number = int(codes.max()) + 1
    step = max(1, _CELLS // len(codes))
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        drawn = rng.integers(0, number, (rows, number)) + number * np.arange(rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * number).reshape(rows, number)
        yield counts[:, codes].astype(np.float64)


def _codes(groups: Groups | None, n: int) -> NDArray[np.intp]:
    """A number for each image's group, from 0 in the order of the images."""
    if groups is None:
        return np.arange(n)
    if len(groups) != n:
        raise ValueError(f"{n} images have {len(groups)} groups: give one for each image")
    seen: dict[Any, int] = {}
    keys = [(group,) if group != "" else i for i, group in enumerate(groups)]
    return np.array([seen.setdefault(key, len(seen)) for key in keys], np.intp)


def _percentiles(values: Floats, level: float) -> Interval:
    kept = values[np.isfinite(values)]
    if len(kept) == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _reflected(value: float, interval: Interval) -> Interval:
    low, high = interval
    return max(0.0, min(value, 2 * value - high)), max(value, 2 * value - low)
