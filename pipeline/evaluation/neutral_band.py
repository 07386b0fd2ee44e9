"""The reject band that is the default: most neutral faces in it, few of the happy and sad ones.

As ``abstention``, chosen on the validation part and never on the part that is reported.
"""

from __future__ import annotations

import numpy as np

from happysad.pipeline.data.records import LABELS
from happysad.pipeline.evaluation.abstention import NEVER_HAPPY, NEVER_SAD, RejectBand
from happysad.pipeline.evaluation.validation import Labels, Probabilities, check_predictions
from happysad.utils.errors import UserError

COVERAGE = 0.85
"""Share of the happy and sad faces that the default answers."""

HALF = 0.5
NEUTRAL = "neutral"
KINDS = (*LABELS, NEUTRAL, "other")
"""What a face is, where it need not be happy or sad; "other" is any further class."""


def choose_neutral_band(
    y_true: Labels, p_happy: Probabilities, coverage: float = COVERAGE
) -> RejectBand:
    """The thresholds that reject most neutral faces and still answer most happy and sad ones.

    Of all bands around 0.5 that answer at least ``coverage`` of the happy and sad faces together,
    the one that rejects most neutral ones; of several the one that answers more, then the one whose
    middle is nearest to 0.5. Every pair of thresholds with 0.5 between them is considered: a band
    beside it would call faces happy that are more probably sad, or the other way round.

    Parameters
    ----------
    y_true : (n,)
        ``happy``, ``sad`` and ``neutral``, each at least once.
    p_happy : (n,)
        Of faces that the model was not fitted on.
    coverage : float
        Above 0, and at most 1.

    Returns
    -------
    RejectBand
        ``low`` is 0 where no face is called sad, and ``high`` 1.01 where none is called happy.

    Raises
    ------
    UserError
        Another label, one of the three missing, a ``coverage`` outside (0, 1], and as
        ``metrics.evaluate``.

    Examples
    --------
    >>> y_true = ["sad"] * 9 + ["neutral"] * 3 + ["happy"] * 9
    >>> p_happy = [0.1] * 8 + [0.4] + [0.3, 0.4, 0.7] + [0.9] * 9
    >>> choose_neutral_band(y_true, p_happy, coverage=0.9)
    RejectBand(low=0.2, high=0.8)
    """
    labels = np.array([str(label) for label in y_true], np.str_)
    if unknown := sorted(set(labels.tolist()) - {*LABELS, NEUTRAL}):
        raise UserError(f"y_true holds the label '{unknown[0]}', not happy, sad or neutral")
    neutral = labels == NEUTRAL
    # Of a neutral face the probability alone is looked at, so any known label will do.
    p = check_predictions(np.where(neutral, LABELS[0], labels).tolist(), p_happy).p_happy
    if missing := [label for label in (*LABELS, NEUTRAL) if label not in labels]:
        raise UserError(
            f"y_true holds no {missing[0]} faces: the band takes happy, sad and neutral"
        )
    if not 0 < coverage <= 1:
        raise UserError(f"coverage is a share above 0 and up to 1 such as 0.85, not {coverage}")
    values = np.unique(p)
    cuts = np.unique([NEVER_SAD, *(values[1:] + values[:-1]) / 2, HALF, NEVER_HAPPY])
    asked, rejectable = (
        np.searchsorted(np.sort(group), cuts) for group in (p[~neutral], p[neutral])
    )
    n_asked = int((~neutral).sum())
    # Such as 0.85 * 100 can come out a little above 85.
    most = n_asked - int(np.ceil(coverage * n_asked - 1e-9))
    # Of each lower cut the farthest upper one that is allowed, then back while no neutral face is
    # lost.
    half = int(np.searchsorted(cuts, HALF))
    low = np.arange(half + 1)
    high = np.searchsorted(asked, asked[low] + most, side="right") - 1
    low, high = low[high >= half], high[high >= half]
    high = np.maximum(np.searchsorted(rejectable, rejectable[high]), half)
    from_half = np.abs((cuts[low] + cuts[high]) / 2 - HALF)
    order = np.lexsort((from_half, asked[high] - asked[low], rejectable[low] - rejectable[high]))
    best = order[0]
    return RejectBand(float(cuts[low[best]]), float(cuts[high[best]]))


def rejected_shares(y_true: Labels, p_happy: Probabilities, band: RejectBand) -> dict[str, float]:
    """The share that a band rejects of each of ``KINDS`` that there are faces of.

    Examples
    --------
    >>> rejected_shares(["happy", "neutral", "angry", "fear"], [0.9, 0.5, 0.5, 0.1],
    ...                 RejectBand(0.2, 0.7))
    {'happy': 0.0, 'neutral': 1.0, 'other': 0.5}
    """
    labels = np.array([str(label) for label in y_true], np.str_)
    kinds = np.where(np.isin(labels, KINDS), labels, KINDS[-1])
    rejected = band.predict(p_happy) == "unsure"
    return {kind: float(rejected[kinds == kind].mean()) for kind in KINDS if kind in kinds}
