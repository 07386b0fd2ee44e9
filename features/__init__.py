"""What is measured on a face: the aligner, and extractors from ``Faces`` to rows of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.features.embedding import Embedding
    from happysad.features.faces.aligner import FaceAligner
    from happysad.features.faces.face_batch import Faces
    from happysad.features.hog import Hog
    from happysad.features.landmarks import LandmarkGeometry
    from happysad.features.lbp import Lbp
    from happysad.features.pixels import Pixels
    from happysad.features.visual_words import VisualWords

__all__ = [
    "Embedding",
    "FaceAligner",
    "Faces",
    "Hog",
    "LandmarkGeometry",
    "Lbp",
    "Pixels",
    "VisualWords",
]

__getattr__ = lazy_names(
    __name__,
    {
        "Embedding": "embedding",
        "FaceAligner": "faces.aligner",
        "Faces": "faces.face_batch",
        "Hog": "hog",
        "LandmarkGeometry": "landmarks",
        "Lbp": "lbp",
        "Pixels": "pixels",
        "VisualWords": "visual_words",
    },
)
