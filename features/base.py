"""The base class of all extractors: checks, caching, and scikit-learn's conventions."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from happysad.features.faces.face_batch import Faces
from happysad.features.faces.mirror import mirrored
from happysad.utils.errors import UserError
from happysad.utils.feature_cache import active_feature_cache, get_or_compute
from happysad.utils.progress import report

_CHUNK = 512  # faces between two reports of progress, and two writes to the cache
_BATCH = 16  # faces computed together: their arrays stay in the processor's cache


class FaceFeature(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Base of the extractors: ``Faces`` in, (n, d) float32 out, nothing learned.

    A subclass stores its settings in ``__init__``, lists their valid values in
    ``_parameter_constraints``, computes in ``_extract`` and names its columns in ``_names``. One
    with a parameter ``symmetric`` may be asked for the mean of a face and its mirror image.
    """

    version = 1  # part of the cache's key: raise it when the output changes

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {}

    def fit(self, X: Faces, y: Any = None) -> FaceFeature:
        """Learn the crops' size; ValueError for settings not valid, or not for that size."""
        self._validate_params()
        self._check(X)
        self.crop_size_ = X.size
        self._names(X.size)
        return self

    def transform(self, X: Faces) -> NDArray[np.float32]:
        """Features of ``n`` faces, (n, d) float32; those with keys go through the cache in use."""
        self._check(X)
        if not len(X):
            return np.zeros((0, len(self._names(X.size))), np.float32)
        rows = []
        for start in range(0, len(X), _CHUNK):
            rows.append(self._cached(X[start : start + _CHUNK]))
            done = min(start + _CHUNK, len(X))
            report(f"extracting features: {type(self).__name__}", done, len(X))
        return np.concatenate(rows)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the ``d`` columns, for crops of the size seen in ``fit``."""
        return np.array(self._names(getattr(self, "crop_size_", 96)), dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        return True  # nothing is learned that transform needs

    @abstractmethod
    def _extract(self, faces: Faces) -> NDArray[np.float32]:
        """The features of a batch that is not empty."""

    @abstractmethod
    def _names(self, size: int) -> list[str]:
        """Names of the columns for crops of ``size`` pixels."""

    def _check(self, X: object) -> None:
        if not isinstance(X, Faces):
            raise TypeError(
                f"{type(self).__name__} takes Faces, not {type(X).__name__}: "
                "put a FaceAligner before it"
            )
        if X.color:
            raise UserError(
                f"{type(self).__name__} takes grey crops, and these are in colour: "
                "align the faces with FaceAligner(color=False)"
            )

    def _cached(self, faces: Faces) -> NDArray[np.float32]:
        def compute(missing: list[int]) -> list[bytes]:
            batches = [missing[i : i + _BATCH] for i in range(0, len(missing), _BATCH)]
            rows = [row for batch in batches for row in self._rows(faces[batch])]
            return [np.asarray(row, "<f4").tobytes() for row in rows]

        if active_feature_cache.get() is None:
            parts = [self._rows(faces[i : i + _BATCH]) for i in range(0, len(faces), _BATCH)]
            return parts[0] if len(parts) == 1 else np.concatenate(parts)
        values = get_or_compute(self.cache_name(), faces.keys.tolist(), compute)
        return np.frombuffer(bytearray().join(values), "<f4").reshape(len(faces), -1)

    def _rows(self, faces: Faces) -> NDArray[np.float32]:
        rows = self._extract(faces)
        if getattr(self, "symmetric", False):  # expressions are hardly one-sided: less to learn
            rows = (rows + self._extract(mirrored(faces))) / np.float32(2)
        return rows

    def cache_name(self) -> str:
        """The name under which an extractor of this version and these settings is cached."""
        settings = repr(sorted(self.get_params(deep=False).items()))
        digest = hashlib.sha256(settings.encode()).hexdigest()[:12]
        return f"{type(self).__name__.lower()}-v{self.version}-{digest}"
