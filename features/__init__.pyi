from .embedding import Embedding
from .faces.aligner import FaceAligner
from .faces.face_batch import Faces
from .hog import Hog
from .landmarks import LandmarkGeometry
from .lbp import Lbp
from .pixels import Pixels
from .visual_words import VisualWords

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
