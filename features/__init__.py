"""What is measured on a face: the aligner, and extractors from ``Faces`` to rows of numbers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from happysad.features.embedding import Embedding
    from happysad.features.faces.aligner import FaceAligner
    from happysad.features.faces.face_batch import Faces
    from happysad.features.hog import Hog
    from happysad.features.landmarks import LandmarkGeometry
    from happysad.features.lbp import Lbp
    from happysad.features.pixels import Pixels
    from happysad.features.visual_words import VisualWords
    from happysad.utils.errors import UserError

_HOME = {
    "Embedding": "embedding",
    "FaceAligner": "faces",
    "Faces": "batch",
    "Hog": "hog",
    "LandmarkGeometry": "landmarks",
    "Lbp": "lbp",
    "Pixels": "pixels",
    "UserError": "errors",
    "VisualWords": "visual_words",
}

__all__ = [
    "Embedding",
    "FaceAligner",
    "Faces",
    "Hog",
    "LandmarkGeometry",
    "Lbp",
    "Pixels",
    "UserError",
    "VisualWords",
]


def __getattr__(name: str) -> Any:
    """What scripts want, imported when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
