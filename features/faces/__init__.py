"""Finding faces in images, locating their landmarks, and turning them upright."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.features.faces.detector import find_faces, find_landmarks

__all__ = ["find_faces", "find_landmarks"]

__getattr__ = lazy_names(__name__, {"find_faces": "detector", "find_landmarks": "detector"})
