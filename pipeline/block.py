"""``PrincipalBlock``: one block of features, made short and brought to a common scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.decomposition import PCA
from sklearn.utils.validation import check_is_fitted


class PrincipalBlock(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Principal components scaled together, so that the block's variances sum to ``weight``.

    Distances between faces are then of the same size whatever the descriptor, its length or its
    units: one kernel width serves all, and blocks put side by side count by their weights.

    Parameters
    ----------
    n_components : int
        At most so many; never more than the training faces or columns allow.
    weight : float
        Sum of the variances of the columns that come out.
    standardize : bool
        Bring each column to variance 1 before, as suits columns of different units.
    random_state : int, RandomState or None
        Of the randomised PCA (Halko, Martinsson and Tropp 2011).

    Attributes
    ----------
    pca_ : sklearn.decomposition.PCA
    input_scale_ : (d,) float32, or float
        By which columns are divided before the PCA.
    scale_ : float
        By which all components are divided.
    """

    def __init__(
        self,
        n_components: int = 200,
        weight: float = 1.0,
        standardize: bool = False,
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.weight = weight
        self.standardize = standardize
        self.random_state = random_state

    def fit(self, X: NDArray[np.float32], y: Any = None) -> PrincipalBlock:
        """Learn the components of (n, d) float32 features."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: NDArray[np.float32], y: Any = None) -> NDArray[np.float32]:
        """Learn the components of (n, d) features and give them: (n, n_components) float32."""
        self.input_scale_ = X.std(axis=0) + np.float32(1e-6) if self.standardize else 1.0
        components = max(1, min(self.n_components, len(X) - 1, X.shape[1]))
        # Four power iterations: the seven of the default take a quarter longer for components
        # that serve no better.
        self.pca_ = PCA(
            components,
            svd_solver="randomized",
            iterated_power=4,
            random_state=self.random_state,
        )
        reduced = self.pca_.fit_transform(np.asarray(X / self.input_scale_, np.float32))
        variance = float(reduced.var(axis=0).sum())
        self.scale_ = float(np.sqrt(variance / self.weight)) if variance > 0 else 1.0
        return np.asarray(reduced / self.scale_, np.float32)

    def transform(self, X: NDArray[np.float32]) -> NDArray[np.float32]:
        """Components of (n, d) features: (n, n_components) float32."""
        check_is_fitted(self)
        if not len(X):
            return np.zeros((0, self._n_features_out), np.float32)
        reduced = self.pca_.transform(np.asarray(X / self.input_scale_, np.float32))
        return np.asarray(reduced / self.scale_, np.float32)

    @property
    def _n_features_out(self) -> int:
        return int(self.pca_.n_components_)
