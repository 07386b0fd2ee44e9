from .augmentation import AugmentedFaces
from .calibration import CalibratedClassifier, CopiesTogether
from .face_model import FaceModel
from .samplers import OversampledFaces
from .scaled_pca import ScaledPCA
from .svc import CompactSVC

__all__ = [
    "AugmentedFaces",
    "CalibratedClassifier",
    "CompactSVC",
    "CopiesTogether",
    "FaceModel",
    "OversampledFaces",
    "ScaledPCA",
]
