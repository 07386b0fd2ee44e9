"""What every extractor shares: the checks, the cache, and scikit-learn's manners."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from happysad.features.faces.face_batch import Faces
from happysad.utils.errors import UserError
from happysad.utils.feature_cache import active_feature_cache, through_feature_cache
from happysad.utils.progress import report

_CHUNK = 512  # faces between two reports of progress, and two writes to the store
_AT_ONCE = 16  # faces described at once: their arrays stay in the processor's cache


class FaceFeature(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Base of the extractors: ``Faces`` in, ``(n, d)`` float32 out, nothing learned.

    A subclass stores its settings in ``__init__``, says in ``_parameter_constraints`` what values
    they take, computes in ``_describe`` and names its columns in ``_names``; ``version`` is part
    of the cache's key and is raised when the output changes.
    """

    version = 1

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {}

    def fit(self, X: Faces, y: Any = None) -> FaceFeature:
        """Check the settings on the crops' size; learn only that size (for the names).

        Raises
        ------
        ValueError
            A setting has a value that it cannot have, or that does not fit crops of this size.
        """
        self._validate_params()
        self._check(X)
        self.crop_size_ = X.size
        self._names(X.size)
        return self

    def transform(self, X: Faces) -> NDArray[np.float32]:
        """Describe ``n`` faces: ``(n, d)`` float32.

        Cached per face where a ``FeatureCache`` is in use and the faces have keys.
        """
        self._check(X)
        if not len(X):
            return np.zeros((0, len(self._names(X.size))), np.float32)
        rows = []
        for start in range(0, len(X), _CHUNK):
            rows.append(self._stored(X[start : start + _CHUNK] if len(X) > _CHUNK else X))
            report(f"describing faces: {type(self).__name__}", min(start + _CHUNK, len(X)), len(X))
        return rows[0] if len(rows) == 1 else np.concatenate(rows)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the ``d`` columns of crops of the size seen in ``fit``."""
        size = getattr(self, "crop_size_", 96)
        return np.array(self._names(size), dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        return True  # nothing is learned that transform needs

    @abstractmethod
    def _describe(self, faces: Faces) -> NDArray[np.float32]:
        """The rows of a batch that is not empty."""

    @abstractmethod
    def _names(self, size: int) -> list[str]:
        """Names of the columns for crops of ``size`` pixels."""

    def _check(self, X: object) -> None:
        if not isinstance(X, Faces):
            raise TypeError(
                f"{type(self).__name__} describes Faces, not {type(X).__name__}: "
                "put a FaceAligner before it"
            )
        if X.color:
            raise UserError(
                f"{type(self).__name__} describes grey crops, and these are in colour: "
                "align the faces with FaceAligner(color=False)"
            )

    def _stored(self, faces: Faces) -> NDArray[np.float32]:
        if active_feature_cache() is None:
            return self._described(faces)
        blobs = through_feature_cache(
            self.space(),
            [str(key) for key in faces.keys],
            lambda missing: [
                np.asarray(row, "<f4").tobytes() for row in self._described(faces[missing])
            ],
        )
        return np.frombuffer(bytearray().join(blobs), "<f4").reshape(len(faces), -1)

    def _described(self, faces: Faces) -> NDArray[np.float32]:
        if len(faces) <= _AT_ONCE:
            return self._describe(faces)
        starts = range(0, len(faces), _AT_ONCE)
        return np.concatenate([self._describe(faces[i : i + _AT_ONCE]) for i in starts])

    def space(self) -> str:
        """The cache's name for this extractor, version and settings."""
        settings = repr(sorted(self.get_params(deep=False).items()))
        digest = hashlib.sha256(settings.encode()).hexdigest()[:12]
        return f"{type(self).__name__.lower()}-v{self.version}-{digest}"
