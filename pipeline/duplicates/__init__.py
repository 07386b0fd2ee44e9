"""Near-duplicate images: the same picture, saved again, cropped, brightened or mirrored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.pipeline.duplicates.ecc_alignment import Match, thumbnail
    from happysad.pipeline.duplicates.near_duplicates import Pair, find_near_duplicates

__all__ = ["Match", "Pair", "find_near_duplicates", "thumbnail"]

__getattr__ = lazy_names(
    __name__,
    {
        "Match": "ecc_alignment",
        "Pair": "near_duplicates",
        "find_near_duplicates": "near_duplicates",
        "thumbnail": "ecc_alignment",
    },
)
