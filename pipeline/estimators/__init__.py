"""Estimators that recipes are built of, beside scikit-learn's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.pipeline.estimators.calibration import CalibratedClassifier, CopiesTogether
    from happysad.pipeline.estimators.face_model import FaceModel
    from happysad.pipeline.estimators.samplers import MirroredCopies, OversampledFaces
    from happysad.pipeline.estimators.scaled_pca import ScaledPCA
    from happysad.pipeline.estimators.svc import CompactSVC

__all__ = [
    "CalibratedClassifier",
    "CompactSVC",
    "CopiesTogether",
    "FaceModel",
    "MirroredCopies",
    "OversampledFaces",
    "ScaledPCA",
]

__getattr__ = lazy_names(
    __name__,
    {
        "CalibratedClassifier": "calibration",
        "CompactSVC": "svc",
        "CopiesTogether": "calibration",
        "FaceModel": "face_model",
        "MirroredCopies": "samplers",
        "OversampledFaces": "samplers",
        "ScaledPCA": "scaled_pca",
    },
)
