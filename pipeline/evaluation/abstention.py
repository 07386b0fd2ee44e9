"""Thresholds for happy and sad, and the reject band between them that is labelled unsure.

All thresholds are chosen on the validation part, never on the part that is reported.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from happysad.pipeline.evaluation.validation import Labels, Probabilities, check_predictions
from happysad.utils.errors import UserError

Floats = NDArray[np.float64]

CONFIDENCE = 0.8
"""One-sided, of the limit on the error that ``choose_reject_band`` keeps to."""

NEVER_SAD, NEVER_HAPPY = 0.0, 1.01
"""Thresholds that no probability passes."""


@dataclass(frozen=True)
class RejectBand:
    """Happy where ``p_happy >= high``, sad where ``p_happy < low``, unsure in between.

    Raises
    ------
    UserError
        ``low`` is above ``high``.

    Examples
    --------
    >>> RejectBand(0.2, 0.7).predict([0.1, 0.5, 0.9]).tolist()
    ['sad', 'unsure', 'happy']
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise UserError(f"low {self.low} must not be above high {self.high}")

    def predict(self, p_happy: Probabilities | float) -> NDArray[np.str_]:
        """``"happy"``, ``"sad"`` or ``"unsure"`` (for NaN too), of the shape of ``p_happy``."""
        p = np.asarray(p_happy, np.float64)
        return np.where(p >= self.high, "happy", np.where(p < self.low, "sad", "unsure"))


def confidence(label: str, p_happy: float) -> float | None:
    """How sure the label is: of happy ``p_happy``, of sad the rest to 1, of unsure None.

    Examples
    --------
    >>> confidence("happy", 0.75), confidence("sad", 0.25), confidence("unsure", 0.25)
    (0.75, 0.75, None)
    """
    return {"happy": p_happy, "sad": 1 - p_happy}.get(label)


def confidence_text(label: str, p_happy: float) -> str:
    """The confidence in two digits, never 0.00 or 1.00; empty for unsure.

    Examples
    --------
    >>> [confidence_text("sad", 0.03), confidence_text("happy", 0.9999)]
    ['0.97', '0.99']
    """
    sure = confidence(label, p_happy)
    return "" if sure is None else f"{min(max(sure, 0.01), 0.99):.2f}"


def choose_threshold(y_true: Labels, p_happy: Probabilities) -> float:
    """The threshold for happy (``p_happy >= it``) of the best balanced accuracy.

    The best one is luck where faces are few: of those within one standard error of it (Breiman et
    al. 1984) this is the one nearest to their middle. 0.5 with one class, or one value, only.
    """
    happy, p, _ = check_predictions(y_true, p_happy)
    candidates = _midpoints(p)
    if len(candidates) == 0 or happy.all() or not happy.any():
        return 0.5
    missed, recall_sad = (
        np.searchsorted(np.sort(p[group]), candidates) / group.sum() for group in (happy, ~happy)
    )
    balanced = (1 - missed + recall_sad) / 2
    best = int(np.argmax(balanced))
    error = _standard_error(1 - missed[best], int(happy.sum()))
    error = math.hypot(error, _standard_error(recall_sad[best], int((~happy).sum()))) / 2
    good = candidates[balanced >= balanced[best] - error]
    middle = (good[0] + good[-1]) / 2
    return float(good[np.argmin(np.abs(good - middle))])


def choose_reject_band(y_true: Labels, p_happy: Probabilities, max_error: float) -> RejectBand:
    """The thresholds of the largest coverage at an error of at most ``max_error``.

    The error holds for each label on its own: of the faces called happy at most that share is
    sad, and of those called sad at most that share is happy. So it holds for both together, and
    the rarer class is not given the commoner label to save a few errors.

    The threshold that looks best on ``n`` faces is the luckiest. So the threshold of each label is
    moved from ``choose_threshold`` outwards until the upper confidence limit of its error is at
    most ``max_error``. A label with too few faces for that (see ``needed_faces``) is never given.

    Parameters
    ----------
    y_true, p_happy : (n,)
        Of the validation part, which the model was not fitted on.
    max_error : float
        Between 0 and 1, such as 0.02.

    Returns
    -------
    RejectBand
        ``low == high`` at full coverage. ``low`` is 0 where no face can be called sad, and
        ``high`` 1.01 where none can be called happy; both, without faces of both classes.

    Raises
    ------
    UserError
        A ``max_error`` outside (0, 1), and as ``metrics.evaluate``.

    References
    ----------
    Y. Geifman, R. El-Yaniv: Selective classification for deep neural networks. NeurIPS 2017.

    Examples
    --------
    >>> y_true, p_happy = ["sad"] * 100 + ["happy"] * 100, [0.1] * 90 + [0.5] * 20 + [0.9] * 90
    >>> choose_reject_band(y_true, p_happy, max_error=0.02)
    RejectBand(low=0.3, high=0.7)
    """
    happy, p, _ = check_predictions(y_true, p_happy)
    _check_error(max_error)
    if happy.all() or not happy.any():
        return RejectBand(NEVER_SAD, NEVER_HAPPY)
    middle = choose_threshold(y_true, p_happy)
    candidates = np.union1d(_midpoints(p), [middle])
    below, happy_below = (np.searchsorted(np.sort(x), candidates) for x in (p, p[happy]))
    above, sad_above = len(p) - below, (~happy).sum() - (below - happy_below)
    high = (upper_limit(sad_above, above, CONFIDENCE) <= max_error) & (candidates >= middle)
    low = (upper_limit(happy_below, below, CONFIDENCE) <= max_error) & (candidates <= middle)
    return RejectBand(
        float(candidates[low].max(initial=NEVER_SAD)),
        float(candidates[high].min(initial=NEVER_HAPPY)),
    )


def needed_faces(max_error: float) -> int:
    """How many faces of one label, all of them right, it takes before that label is given."""
    _check_error(max_error)
    return math.ceil(math.log(1 - CONFIDENCE) / math.log(1 - max_error))


def _check_error(max_error: float) -> None:
    if not 0 < max_error < 1:
        raise UserError(f"max_error is a share between 0 and 1 such as 0.02, not {max_error}")


def _midpoints(p: Floats) -> Floats:
    values = np.unique(p)
    return (values[1:] + values[:-1]) / 2


def _standard_error(share: Any, n: int) -> float:
    """Of a share of ``n``; by Laplace's rule, so that one of 0 or 1 has an error too."""
    kept = (share * n + 1) / (n + 2)
    return math.sqrt(kept * (1 - kept) / n)


def upper_limit(k: ArrayLike, n: ArrayLike, confidence: float) -> Floats:
    """The share that ``k`` of ``n`` stays below, one-sided (Clopper, Pearson 1934); 1 of none."""
    from scipy.stats import beta

    k, n = np.asarray(k), np.asarray(n)
    return np.where(k < n, beta.ppf(confidence, k + 1, n - k), 1.0)
