"""Faces followed through a video."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.pipeline.tracking.tracker import FaceTracker

__all__ = ["FaceTracker"]

__getattr__ = lazy_names(__name__, {"FaceTracker": "tracker"})
