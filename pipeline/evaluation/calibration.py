"""Whether probabilities mean what they say: of faces given 0.8, eight in ten are happy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.evaluation.validation import Labels, Probabilities, check_predictions

if TYPE_CHECKING:
    import pandas as pd

BINS = 15
"""Of the calibration error, as in Guo et al. 2017."""


def bin_of(p_happy: NDArray[np.float64], bins: int) -> NDArray[np.intp]:
    """Which of ``bins`` equal parts of [0, 1] each number is in: [low, high), the last closed."""
    return np.minimum((p_happy * bins).astype(np.intp), bins - 1)


def calibration_error(y_true: Labels, p_happy: Probabilities, bins: int = BINS) -> float:
    """Expected calibration error: the mean gap between ``p_happy`` and the share of happy faces.

    The gap is taken within each of ``bins`` equal parts of [0, 1] and weighted by its faces; 0 is
    best. It is of the probability of happy, where Guo et al. take that of the predicted class.
    Chance alone makes it larger than 0, the more so the fewer the faces.

    Parameters
    ----------
    y_true : (n,) str
        ``"happy"`` or ``"sad"``.
    p_happy : (n,) float
        Probability of happy, in [0, 1].

    Raises
    ------
    UserError
        As ``metrics.evaluate``.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger: On calibration of modern neural networks.
    ICML 2017.
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
