"""Confidence limits of a share: ``k`` of ``n`` images were so."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def wilson_interval(
    k: ArrayLike, n: ArrayLike, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper limit of a share by the score test (Wilson 1927), of the shape of ``k``.

    It stays within [0, 1] and has a width where ``k`` is 0 or ``n``; NaN where ``n`` is 0.

    References
    ----------
    E. B. Wilson: Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 1927.
    """
    from scipy.special import ndtri

    some, all_ = np.asarray(k, np.float64), np.asarray(n, np.float64)
    z = float(ndtri((1 + level) / 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = some / all_
        middle = (share + z**2 / (2 * all_)) / (1 + z**2 / all_)
        half = z / (1 + z**2 / all_) * np.sqrt(share * (1 - share) / all_ + (z / all_) ** 2 / 4)
    # The two ends are exact in theory and off by a rounding in practice.
    low = np.where(some == 0, np.where(all_ > 0, 0.0, np.nan), middle - half)
    high = np.where(some == all_, np.where(all_ > 0, 1.0, np.nan), middle + half)
    return low, high


def upper_limit(k: ArrayLike, n: ArrayLike, confidence: float) -> NDArray[np.float64]:
    """The share that ``k`` of ``n`` does not exceed, at a one-sided confidence (exact).

    1 where ``n`` is 0, as nothing is known then.

    References
    ----------
    C. J. Clopper, E. S. Pearson: The use of confidence or fiducial limits illustrated in the
    case of the binomial. Biometrika 26, 1934.
    """
    from scipy.special import betaincinv

    some, all_ = np.asarray(k, np.float64), np.asarray(n, np.float64)
    open_ = some < all_
    limit = betaincinv(some + 1, np.where(open_, all_ - some, 1), confidence)
    return np.where(open_, limit, 1.0)
