"""``KernelSvm``: a least-squares SVM whose cost grows linearly with the number of faces."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from happysad.features.batch import Faces
from happysad.pipeline.half_precision import HalfPrecision, halved
from happysad.pipeline.left_out import ridge_left_out

Coordinates = tuple[NDArray[np.float32], NDArray[np.float32]]

RIDGE = 1e-3  # on the kernel of the centres: copies among them would make it singular
_AT_ONCE = 1024  # faces compared with all centres at once


class KernelSvm(HalfPrecision, ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Least-squares SVM with Gaussian kernel on faces and their mirror images.

    Fixed-size LS-SVM: Suykens and Vandewalle (1999), Least squares support vector machine
    classifiers; Suykens et al. (2002), with the Nyström approximation of Williams and Seeger
    (2001). The errors' squares take the place of the hinge, so that one linear system of the
    size of ``n_centers`` is solved; every face counts in it, and only the centres are kept.

    A smile is a smile in the mirror: the kernel of two faces is the mean of that of the one
    with the other and with the other's mirror image. That is the same as to learn from twice as
    many faces, but costs no more. Both get the same score.

    Parameters
    ----------
    describe : transformer of Faces
        Unfitted: a ``PrincipalBlock``, or a FeatureUnion of them.
    n_centers : int
        Faces drawn at random from the training faces; all, where there are fewer.
    gamma : float
        The kernel is ``exp(-gamma * squared distance)``.
    alpha : float
        Strength of the penalty on large weights, as in ``sklearn.linear_model.Ridge``.
    random_state : int, RandomState or None
        Of the draw.

    Attributes
    ----------
    classes_ : (2,) str
    describe_ : the fitted transformer
    centers_ : (m, p) float32
    weights_ : (m,) float32
    intercept_ : float
    sigmoid_ : (float, float)
        Slope and offset from scores to log-odds of ``classes_[1]``, learned from the scores that
        the training faces get by fits without them.
    order_ : (p,) int
        The columns of ``describe_`` in the order of the centres': even ones first.
    n_even_ : int
        How many of them a mirror leaves alone.
    """

    _halved = ("centers_",)

    def __init__(
        self,
        describe: Any,
        n_centers: int = 5000,
        gamma: float = 0.6,
        alpha: float = 0.2,
        random_state: Any = None,
    ) -> None:
        self.describe = describe
        self.n_centers = n_centers
        self.gamma = gamma
        self.alpha = alpha
        self.random_state = random_state

    def fit(
        self, X: Faces, y: NDArray[np.str_], sample_weight: NDArray[np.float64] | None = None
    ) -> KernelSvm:
        """Fit on ``n`` faces with labels (n,) and, maybe, weights (n,) of mean about 1."""
        from scipy.linalg import solve_triangular

        self.classes_, numbers = np.unique(y, return_inverse=True)
        target = np.where(numbers == len(self.classes_) - 1, 1.0, -1.0)
        weight = np.ones(len(X)) if sample_weight is None else np.asarray(sample_weight, float)
        self.describe_ = clone(self.describe)
        rows = self.describe_.fit_transform(X)
        odd = odd_columns(self.describe_)
        self.order_, self.n_even_ = np.argsort(odd, kind="stable"), int((~odd).sum())
        rows = rows[:, self.order_]
        drawn = check_random_state(self.random_state).permutation(len(rows))[: self.n_centers]
        self.centers_ = halved(rows[drawn])
        self.center_sizes_ = np.einsum("ij,ij->i", self.centers_, self.centers_)
        self.intercept_ = float(np.average(target, weights=weight))
        columns, lower = self.coordinates(rows)
        found, unseen = ridge_left_out(columns, target - self.intercept_, weight, self.alpha)
        self.weights_ = solve_triangular(lower, found, lower=True, trans=1).astype(np.float32)
        self.sigmoid_ = _sigmoid(unseen + self.intercept_, numbers, weight)
        return self

    def decision_function(self, X: Faces) -> NDArray[np.float64]:
        """Scores, (n,) float64: the higher, the more it is ``classes_[1]``."""
        check_is_fitted(self)
        rows = _described(self.describe_, X)[:, self.order_]
        scores = [
            self.kernel(rows[start : start + _AT_ONCE]) @ self.weights_
            for start in range(0, len(rows), _AT_ONCE)
        ]
        return np.concatenate([np.zeros(0), *scores]) + self.intercept_

    def predict_proba(self, X: Faces) -> NDArray[np.float64]:
        """Probability of each class, (n, 2), columns in the order of ``classes_``."""
        from scipy.special import expit

        slope, offset = self.sigmoid_
        logits = slope * self.decision_function(X) + offset
        return np.stack([expit(-logits), expit(logits)], axis=1)

    def predict(self, X: Faces) -> NDArray[np.str_]:
        """The more probable labels of ``n`` faces: (n,)."""
        return np.asarray(self.classes_[(self.predict_proba(X)[:, 1] > 0.5).astype(int)])

    def coordinates(self, rows: NDArray[np.float32]) -> Coordinates:
        """(n, p) features in orthonormal coordinates of the space that the centres span.

        Returns
        -------
        columns : (m, n) float32
            A face a column.
        lower : (m, m) float32
            Cholesky factor of the kernel of the centres.
        """
        from scipy.linalg import cholesky, solve_triangular

        among = self.kernel(self.centers_).astype(np.float64)
        among[np.diag_indices(len(among))] += RIDGE
        lower = cholesky(among, lower=True, check_finite=False).astype(np.float32)
        columns = np.empty((len(lower), len(rows)), np.float32)
        for start in range(0, len(rows), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            kernel = self.kernel(rows[part]).T
            columns[:, part] = solve_triangular(lower, kernel, lower=True, check_finite=False)
        return columns, lower

    def kernel(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Kernel of (n, p) features with the centres: (n, m) float32."""
        n, centers = self.n_even_, self.centers_
        distance = rows[:, :n] @ centers[:, :n].T
        distance *= -2
        distance += np.einsum("ij,ij->i", rows, rows)[:, None]
        distance += self.center_sizes_
        if n == rows.shape[1]:
            return self._bell(distance)
        turn = rows[:, n:] @ centers[:, n:].T
        turn *= 2
        kernel = self._bell(distance - turn)
        kernel += self._bell(np.add(distance, turn, out=distance))
        kernel *= np.float32(0.5)
        return kernel

    def _bell(self, distance: NDArray[np.float32]) -> NDArray[np.float32]:
        """The kernel of squared distances, in place."""
        distance *= np.float32(-self.gamma)
        return np.exp(np.minimum(distance, 0, out=distance), out=distance)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        return tags


def _sigmoid(
    scores: NDArray[np.float64], numbers: NDArray[np.intp], weight: NDArray[np.float64]
) -> tuple[float, float]:
    """Slope and offset of the log-odds of ``classes_[1]`` over scores of unseen faces.

    Platt (1999), Probabilistic outputs for support vector machines; a little penalty keeps the
    slope finite where all scores are right.
    """
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=10.0).fit(scores[:, None], numbers, sample_weight=weight)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _described(describe: Any, faces: Faces) -> NDArray[np.float32]:
    """``describe.transform(faces)``, without what FeatureUnion itself takes for a single face."""
    parts = getattr(describe, "transformer_list", None)
    if parts is None:
        return np.asarray(describe.transform(faces), np.float32)
    return np.concatenate([part.transform(faces) for _, part in parts], axis=1)


def odd_columns(describe: Any) -> NDArray[np.bool_]:
    """Which columns of a fitted block, or of a FeatureUnion of blocks, the mirror turns: (p,)."""
    if hasattr(describe, "transformer_list"):
        parts = [odd_columns(part) for _, part in describe.transformer_list]
        return np.concatenate(parts)
    return np.asarray(describe.odd_, bool)
