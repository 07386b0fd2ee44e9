"""Where to say happy, where sad, and where to say that one is unsure.

All thresholds are chosen on the validation part, never on the part that is reported.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from happysad.pipeline.evaluation.validation import Labels, Probabilities, happy_and_p
from happysad.utils.errors import UserError

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

CONFIDENCE = 0.8
"""That the error of an answer stays below the one named; the default of ``choose_reject_band``."""

NEVER_SAD = 0.0
NEVER_HAPPY = 1.01
"""Thresholds that no probability passes."""


@dataclass(frozen=True)
class RejectBand:
    """Happy where ``p_happy >= high``, sad where ``p_happy < low``, unsure in between."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise UserError(f"low {self.low} must not be above high {self.high}")

    def answer(self, p_happy: Probabilities | float) -> NDArray[np.str_]:
        """``"happy"``, ``"sad"`` or ``"unsure"`` (for NaN too), of the shape of ``p_happy``."""
        p = np.asarray(p_happy, np.float64)
        return np.where(p >= self.high, "happy", np.where(p < self.low, "sad", "unsure"))


def choose_threshold(y_true: Labels, p_happy: Probabilities) -> float:
    """The threshold for happy that gives the best balanced accuracy, whatever the class sizes.

    The single best one is a matter of chance where faces are few. So of all thresholds, each
    midway between two neighbouring values of ``p_happy``, those within one standard error of the
    best count as equal (the one-standard-error rule of Breiman et al. 1984), and the one closest
    to the middle of their range is taken.

    Returns
    -------
    float
        Happy where ``p_happy`` is at least this. 0.5 where there is nothing to choose by: one
        class only, or one value only.

    Raises
    ------
    UserError
        As ``metrics.evaluate``.

    References
    ----------
    L. Breiman, J. H. Friedman, R. A. Olshen, C. J. Stone: Classification and regression trees.
    1984, section 3.4.3.
    """
    happy, p = happy_and_p(y_true, p_happy)
    candidates = _midpoints(p)
    if len(candidates) == 0 or happy.all() or not happy.any():
        return 0.5
    shares = [
        np.searchsorted(np.sort(p[group]), candidates) / group.sum() for group in (happy, ~happy)
    ]
    balanced = (1 - shares[0] + shares[1]) / 2
    best = int(np.argmax(balanced))
    error = _standard_error(1 - shares[0][best], int(happy.sum()))
    error = math.hypot(error, _standard_error(shares[1][best], int((~happy).sum()))) / 2
    good = candidates[balanced >= balanced[best] - error]
    middle = (good[0] + good[-1]) / 2
    return float(good[np.argmin(np.abs(good - middle))])


def choose_reject_band(
    y_true: Labels, p_happy: Probabilities, max_error: float, confidence: float = CONFIDENCE
) -> RejectBand:
    """The thresholds that answer the most faces at an error of at most ``max_error``.

    The error holds for each word on its own: of the faces called happy at most that share is
    sad, and of those called sad at most that share is happy. So it holds for both together, and
    the rarer class is not called by the commoner one's name to save a few errors.

    The error found on ``n`` faces is not the one to come, and the threshold that looks best is
    the luckiest. So a side's threshold is moved from ``choose_threshold`` outwards until the
    upper confidence limit of its error (Clopper and Pearson 1934) is at most ``max_error``, as in
    Geifman and El-Yaniv 2017. A side with too few faces for that is never answered:
    ``needed_faces`` says how many it takes.

    Parameters
    ----------
    y_true, p_happy : (n,)
        Of the validation part, which the model was not fitted on.
    max_error : float
        Between 0 and 1, such as 0.02.
    confidence : float
        Of the limit, one-sided. 0.5 would be right half of the time.

    Returns
    -------
    RejectBand
        ``low == high`` where everything can be answered. ``low`` is 0 where sad can never be
        said and ``high`` 1.01 where happy can never be; both, without faces of both classes.

    Raises
    ------
    UserError
        A ``max_error`` outside (0, 1), and as ``metrics.evaluate``.

    References
    ----------
    Y. Geifman, R. El-Yaniv: Selective classification for deep neural networks. NeurIPS 2017.
    """
    happy, p = happy_and_p(y_true, p_happy)
    _check_error(max_error)
    if happy.all() or not happy.any():
        return RejectBand(NEVER_SAD, NEVER_HAPPY)
    middle = choose_threshold(y_true, p_happy)
    candidates = np.union1d(_midpoints(p), [middle])
    below, happy_below = (np.searchsorted(np.sort(x), candidates) for x in (p, p[happy]))
    above, sad_above = len(p) - below, (~happy).sum() - (below - happy_below)
    says_happy = (upper_limit(sad_above, above, confidence) <= max_error) & (candidates >= middle)
    says_sad = (upper_limit(happy_below, below, confidence) <= max_error) & (candidates <= middle)
    return RejectBand(
        float(candidates[says_sad].max(initial=NEVER_SAD)),
        float(candidates[says_happy].min(initial=NEVER_HAPPY)),
    )


def needed_faces(max_error: float, confidence: float = CONFIDENCE) -> int:
    """How many faces of one answer, all of them right, it takes before that answer is given."""
    _check_error(max_error)
    return math.ceil(math.log(1 - confidence) / math.log(1 - max_error))


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
    """The share that ``k`` of ``n`` does not exceed, at a one-sided confidence; 1 where n is 0.

    Clopper and Pearson (1934), exact.
    """
    from scipy.special import betaincinv

    some, all_ = np.asarray(k, np.float64), np.asarray(n, np.float64)
    open_ = some < all_
    limit = betaincinv(some + 1, np.where(open_, all_ - some, 1), confidence)
    return np.where(open_, limit, 1.0)
