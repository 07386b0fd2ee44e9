"""``ScaledPCA``: principal components, brought to a common scale; half precision in files."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted, validate_data

_ROUNDING = 1e-12  # variance of float32 sums, in squares of what is summed


def to_half(array: NDArray[Any], dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """The same numbers rounded to 11 bits (IEEE half precision), as ``dtype``, in C order.

    Rounded when fitted, so that a model gives the same answers before it is saved and after.
    """
    with np.errstate(all="ignore"):  # numbers below the smallest become 0, as they should
        return np.ascontiguousarray(array.astype(np.float16).astype(dtype))


class HalfPrecision:
    """Mixin: attributes named in ``_half``, made by ``to_half``, are pickled as float16."""

    _half: ClassVar[dict[str, DTypeLike]] = {}

    def __getstate__(self) -> dict[str, Any]:
        # sklearn adds its version
        state: dict[str, Any] = dict(super().__getstate__())  # type: ignore[call-overload]
        with np.errstate(all="ignore"):
            for name in self._half:
                if isinstance(state.get(name), np.ndarray):  # sparse matrices know no float16
                    state[name] = state[name].astype(np.float16)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, dtype in self._half.items():
            if isinstance(state.get(name), np.ndarray):
                state = {**state, name: state[name].astype(dtype)}
        super().__setstate__(state)  # type: ignore[misc]


def checked_rows(estimator: Any, X: Any) -> NDArray[Any]:
    """Rows (n, d) that a fitted estimator is given, float32 or float64: by ``validate_data``.

    Where scikit-learn is told that all is finite, a fitting array is taken as it is: of one row
    the checks take longer than the arithmetic.
    """
    dtypes = [np.float64, np.float32]
    fits = isinstance(X, np.ndarray) and X.dtype in dtypes and len(X) > 0
    columns = (getattr(estimator, "n_features_in_", None),)
    if fits and X.shape[1:] == columns and get_config()["assume_finite"]:
        return np.asarray(X)
    check_is_fitted(estimator)
    return np.asarray(validate_data(estimator, X, dtype=dtypes, reset=False))


class ScaledPCA(
    HalfPrecision,
    ClassNamePrefixFeaturesOutMixin,  # type: ignore[misc]  # sklearn is untyped
    TransformerMixin,  # type: ignore[misc]
    BaseEstimator,  # type: ignore[misc]
):
    """Principal components whose variances sum to 1.

    Distances between rows are then of the same size whatever the features, their number or their
    units: one kernel width serves all, and the blocks of a ``FeatureUnion`` count by their
    ``transformer_weights``.

    Parameters
    ----------
    n_components : int
        At most so many; never more than the rows less one, or the columns.
    random_state : int, RandomState or None
        Of ``sklearn.decomposition.PCA``'s randomised solver.

    Attributes
    ----------
    mean_ : (d,) float32
    components_ : (p, d) float32
        Rows of length 1; pickled in half precision.
    scale_ : float
        By which the components are divided: the root of the sum of their variances.

    Examples
    --------
    >>> import numpy as np
    >>> from happysad.pipeline.estimators import ScaledPCA
    >>> rows = np.random.default_rng(0).normal(size=(100, 20)).astype(np.float32)
    >>> out = ScaledPCA(n_components=5).fit_transform(rows)
    >>> out.shape, round(float(out.var(axis=0).sum()), 2)
    ((100, 5), 1.0)
    """

    _half: ClassVar[dict[str, Any]] = {"components_": np.float32}

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(self, n_components: int = 150, random_state: Any = None) -> None:
        self.n_components = n_components
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Learn the components of (n, d) features.

        Raises
        ------
        ValueError
            Fewer than two rows, NaN, or a parameter of an impossible value.
        """
        from sklearn.decomposition import PCA  # late: an answer does without

        self._validate_params()
        dtypes = [np.float64, np.float32]
        rows = np.asarray(validate_data(self, X, dtype=dtypes, ensure_min_samples=2))
        n = min(self.n_components, len(rows) - 1, rows.shape[1])
        pca = PCA(n, iterated_power=4, random_state=self.random_state)
        with np.errstate(divide="ignore", invalid="ignore", under="ignore"):  # where none varies
            pca.fit(rows)
        total = float(pca.explained_variance_.sum()) * (1 - 1 / len(rows))
        varies = total > _ROUNDING * float(pca.mean_ @ pca.mean_)
        self.mean_ = pca.mean_.astype(np.float32)
        self.components_ = to_half(pca.components_)
        self.scale_ = float(np.sqrt(total)) if varies else np.inf  # all 0
        return self

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Components of (n, d) features: (n, p), float32 of float32 and float64 of others."""
        out = (checked_rows(self, X) - self.mean_) @ self.components_.T
        out /= out.dtype.type(self.scale_)
        return np.asarray(out)

    @property
    def _n_features_out(self) -> int:
        return len(self.components_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
