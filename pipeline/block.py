"""``PrincipalBlock``: one descriptor, made short and brought to a common scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted

from happysad.features.base import FaceFeature
from happysad.features.batch import Faces
from happysad.pipeline.half_precision import HalfPrecision, halved
from happysad.pipeline.mirror_halves import MirrorHalves

_ROUNDING = 1e-12  # variance of float32 sums, in squares of what is summed
_AT_ONCE = 1024  # faces reduced at once: a descriptor's halves are as large as itself


class PrincipalBlock(
    HalfPrecision,
    ClassNamePrefixFeaturesOutMixin,  # type: ignore[misc]  # sklearn is untyped
    TransformerMixin,  # type: ignore[misc]
    BaseEstimator,  # type: ignore[misc]
):
    """Principal components of a descriptor, scaled so that their variances sum to ``weight``.

    Distances between faces are then of the same size whatever the descriptor, its length or its
    units: one kernel width serves all, and blocks put side by side count by their weights.

    The components are those of the faces and their mirror images together. Those are either
    even (equal for a face and its mirror image) or odd (of opposite sign), so that they are
    found from half the columns each, and the mirror image's come for nothing.

    Parameters
    ----------
    extractor : FaceFeature
    n_components : int
        At most so many; never more than the training faces or columns allow.
    weight : float
        Sum of the variances of the columns that come out.
    standardize : bool
        Bring each column, of either half, to variance 1 before, as suits columns of different
        units.
    random_state : int, RandomState or None
        Of the randomised decomposition (Halko, Martinsson and Tropp 2011).

    Attributes
    ----------
    mean_ : (d,) float32
        Of the columns of the descriptor, over the faces and their mirror images.
    odd_ : (p,) bool
        Which of the columns that come out change sign for the mirror image; the last ones.
    even_map_, odd_map_ : (h, p_even), (h', p_odd) float32
        Their product with the halves gives the columns.
    """

    _halved = ("even_map_", "odd_map_")

    def __init__(
        self,
        extractor: FaceFeature,
        n_components: int = 200,
        weight: float = 1.0,
        standardize: bool = False,
        random_state: Any = None,
    ) -> None:
        self.extractor = extractor
        self.n_components = n_components
        self.weight = weight
        self.standardize = standardize
        self.random_state = random_state

    def fit(self, X: Faces, y: Any = None) -> PrincipalBlock:
        """Learn the components of ``n`` faces."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: Faces, y: Any = None) -> NDArray[np.float32]:
        """Learn the components of ``n`` faces and give them: (n, p) float32."""
        clone(self.extractor).fit(X)  # says whether its settings fit crops of this size
        rows = self.extractor.transform(X)
        self.halves_ = MirrorHalves.of(self.extractor, X.size, rows.shape[1])
        even, odd = self.halves_.split(rows)
        mean = even.mean(axis=0)
        even -= mean
        scales = [self._spread(half) for half in (even, odd)]
        n = max(1, min(self.n_components, len(X) - 1, rows.shape[1]))
        found = [self._components(even / scales[0], n), self._components(odd / scales[1], n, True)]
        maps, total = _strongest(found, n)
        by = np.sqrt(total / self.weight) if _varies(mean, even, odd) else np.inf  # all 0
        self.even_map_, self.odd_map_ = (
            halved(axes / s[:, None] / by) for (axes, _), s in zip(maps, scales, strict=True)
        )
        self.even_mean_ = mean
        self.mean_ = self.halves_.joined(mean)
        self.odd_ = np.repeat([False, True], [self.even_map_.shape[1], self.odd_map_.shape[1]])
        return self._reduced(rows)

    def transform(self, X: Faces) -> NDArray[np.float32]:
        """Components of ``n`` faces: (n, p) float32."""
        check_is_fitted(self)
        if not len(X):
            return np.zeros((0, self._n_features_out), np.float32)
        return self._reduced(self.extractor.transform(X))

    def _reduced(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        out = np.empty((len(rows), self._n_features_out), np.float32)
        n_even = self.even_map_.shape[1]
        for start in range(0, len(rows), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            even, odd = self.halves_.split(rows[part])
            even -= self.even_mean_
            out[part, :n_even] = even @ self.even_map_
            out[part, n_even:] = odd @ self.odd_map_
        return out

    def _spread(self, half: NDArray[np.float32]) -> NDArray[np.float32]:
        """By which the columns of a half, of mean 0, are divided."""
        if not self.standardize:
            return np.ones(half.shape[1], np.float32)
        return np.asarray(np.sqrt(np.mean(half**2, axis=0)) + np.float32(1e-6))

    def _components(
        self, half: NDArray[np.float32], n: int, odd: bool = False
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Axes (h, k) and variances (k,) of a half, whose mean is 0 with the mirror images'."""
        from sklearn.decomposition import PCA, TruncatedSVD  # late: an answer needs neither

        n = min(n, *half.shape)
        if not n:
            return np.zeros((half.shape[1], 0), np.float32), np.zeros(0, np.float32)
        options = {"n_iter": 4, "n_oversamples": 10, "random_state": self.random_state}
        if n == half.shape[1]:
            both = np.concatenate([half, -half]) if odd else half  # PCA takes the mean off
            axes = PCA(n, svd_solver="covariance_eigh").fit(both).components_
        else:
            axes = TruncatedSVD(n, **options).fit(half).components_
        return axes.T, np.mean((half @ axes.T) ** 2, axis=0)

    @property
    def _n_features_out(self) -> int:
        return len(self.odd_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        return tags


def _varies(mean: NDArray[np.float32], *halves: NDArray[np.float32]) -> bool:
    """Whether faces differ by more than rounding: ``halves`` are the differences from the mean."""
    squares = sum(float(np.vdot(half, half)) for half in halves)
    return squares > _ROUNDING * len(halves[0]) * float(np.vdot(mean, mean))


Maps = list[tuple[NDArray[np.float32], NDArray[np.float32]]]


def _strongest(maps: Maps, n: int) -> tuple[Maps, float]:
    """The ``n`` axes of largest variance of both halves, and the sum of their variances."""
    variances = np.concatenate([variance for _, variance in maps])
    strong = np.zeros(len(variances), bool)
    strong[np.argsort(-variances, kind="stable")[:n]] = True
    parts = np.split(strong, [len(maps[0][1])])
    kept = [(axes[:, part], v[part]) for (axes, v), part in zip(maps, parts, strict=True)]
    return kept, float(sum(v.sum() for _, v in kept))
