"""Whether one model is right more often than another on the same images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class McNemar(NamedTuple):
    """Images that only the one or only the other model has right, and the p-value."""

    only_a: int
    only_b: int
    p: float


def mcnemar(
    right_a: Sequence[bool] | NDArray[Any], right_b: Sequence[bool] | NDArray[Any]
) -> McNemar:
    """McNemar's exact test, two-sided, of two models on the same ``n`` images.

    Images that both have right, or both wrong, say nothing. Of the others, each model would have
    half if the two were equally good: a binomial test, exact, as the images are often few.
    Dietterich recommends it for models that are fitted once. Several images of one person are
    not independent: the p-value is then too small, and ``intervals.paired_interval`` is the one
    to trust.

    Parameters
    ----------
    right_a, right_b : (n,) bool
        Whether the answer to each image is right; the same images in the same order.

    References
    ----------
    Q. McNemar: Note on the sampling error of the difference between correlated proportions or
    percentages. Psychometrika 12, 1947.
    T. G. Dietterich: Approximate statistical tests for comparing supervised classification
    learning algorithms. Neural Computation 10, 1998.
    """
    from scipy.stats import binomtest

    a, b = np.asarray(right_a, bool), np.asarray(right_b, bool)
    if a.shape != b.shape:
        raise ValueError(f"answers to the same images are compared, not {a.shape} with {b.shape}")
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    differ = only_a + only_b
    return McNemar(only_a, only_b, float(binomtest(only_a, differ).pvalue) if differ else 1.0)


def holm(p: Sequence[float] | NDArray[Any]) -> NDArray[np.float64]:
    """P-values corrected for their number, so that all claims together hold at their level.

    Step-down: the smallest is multiplied by their number, the next by one less, and none falls
    below one before it.

    Parameters
    ----------
    p : (m,) float

    References
    ----------
    S. Holm: A simple sequentially rejective multiple test procedure. Scandinavian Journal of
    Statistics 6, 1979.
    """
    values = np.asarray(p, np.float64)
    order = np.argsort(values, kind="stable")
    stepped = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    corrected = np.empty_like(values)
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected
