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

    Of the images that only one of them has right, each would have half if they were equally good:
    a binomial test. Dietterich recommends it for models that are fitted once. Several images of
    one person are not independent: the p-value is then too small, and
    ``bootstrap.paired_interval`` is the one to trust.

    Parameters
    ----------
    right_a, right_b : (n,) bool
        Whether each prediction is right; the same images in the same order.

    References
    ----------
    Q. McNemar: Note on the sampling error of the difference between correlated proportions or
    percentages. Psychometrika 12, 1947.
    T. G. Dietterich: Approximate statistical tests for comparing supervised classification
    learning algorithms. Neural Computation 10, 1998.

    Examples
    --------
    >>> mcnemar([True, True, True, True, True, True], [True, False, False, False, False, False])
    McNemar(only_a=5, only_b=0, p=0.0625)
    """
    from scipy.stats import binomtest

    a, b = np.asarray(right_a, bool), np.asarray(right_b, bool)
    if a.shape != b.shape:
        raise ValueError(f"the same images are compared, not {a.shape} with {b.shape}")
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    differ = only_a + only_b
    return McNemar(only_a, only_b, float(binomtest(only_a, differ).pvalue) if differ else 1.0)


def holm(p: Sequence[float] | NDArray[Any]) -> NDArray[np.float64]:
    """``m`` p-values corrected for multiple comparisons by Holm's step-down method (1979).

    The smallest is multiplied by ``m``, the next by one less, and none falls below one before it.
    """
    values = np.asarray(p, np.float64)
    order = np.argsort(values, kind="stable")
    stepped = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    corrected = np.empty_like(values)
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected
