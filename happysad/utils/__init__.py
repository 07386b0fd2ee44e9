"""Shared by all packages and importing none of them: errors, files, image decoding, the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.utils.atomic_files import atomic_write
    from happysad.utils.errors import UserError
    from happysad.utils.feature_cache import FeatureCache, use_feature_cache
    from happysad.utils.image_decoding import ImageError, read_image

__all__ = [
    "FeatureCache",
    "ImageError",
    "UserError",
    "atomic_write",
    "read_image",
    "use_feature_cache",
]

__getattr__ = lazy_names(
    __name__,
    {
        "FeatureCache": "feature_cache",
        "ImageError": "image_decoding",
        "UserError": "errors",
        "atomic_write": "atomic_files",
        "read_image": "image_decoding",
        "use_feature_cache": "feature_cache",
    },
)
