"""Ridge regression that also tells what each sample gets from a fit without it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_AT_ONCE = 1024  # samples
_NEVER_ALONE = 1 - 1e-6  # a sample that decides its own answer says nothing of others


def ridge_left_out(
    columns: NDArray[np.float32],
    target: NDArray[np.float64],
    weight: NDArray[np.float64],
    alpha: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coefficients, and the answers of the fits that leave one sample out, without fitting them.

    Cawley and Talbot (2003), Efficient leave-one-out cross-validation of kernel Fisher
    discriminant classifiers: the answer ``f`` for a sample of leverage ``h`` and target ``y``
    becomes ``(f - h y) / (1 - h)``.

    Parameters
    ----------
    columns : (m, n) float32
        A sample a column.
    target, weight : (n,)
    alpha : float
        Penalty on the squares of the coefficients, above 0.

    Returns
    -------
    coefficients : (m,) float64
    left_out : (n,) float64
    """
    from scipy.linalg import cho_solve, cholesky, solve_triangular

    gram, moment = np.diag(np.full(len(columns), float(alpha))), np.zeros(len(columns))
    for part in _parts(len(target)):
        weighted = columns[:, part] * weight[part].astype(np.float32)
        gram += weighted @ columns[:, part].T
        moment += weighted.astype(np.float64) @ target[part]
    root = cholesky(gram, lower=True, check_finite=False, overwrite_a=True)
    coefficients = cho_solve((root, True), moment, check_finite=False)
    root = root.astype(np.float32)
    leverage = np.empty(len(target))
    for part in _parts(len(target)):
        leaned = solve_triangular(root, columns[:, part], lower=True, check_finite=False)
        leverage[part] = np.einsum("ij,ij->j", leaned, leaned) * weight[part]
    leverage = np.minimum(leverage, _NEVER_ALONE)
    answers = coefficients.astype(np.float32) @ columns
    return coefficients, (answers - leverage * target) / (1 - leverage)


def _parts(n: int) -> list[slice]:
    return [slice(start, start + _AT_ONCE) for start in range(0, n, _AT_ONCE)]
