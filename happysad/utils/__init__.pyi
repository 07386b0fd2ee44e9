from .atomic_files import atomic_write
from .errors import UserError
from .feature_cache import FeatureCache, use_feature_cache
from .image_decoding import ImageError, read_image

__all__ = [
    "FeatureCache",
    "ImageError",
    "UserError",
    "atomic_write",
    "read_image",
    "use_feature_cache",
]
