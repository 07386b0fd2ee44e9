"""Predictions for images, files and folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.pipeline.prediction.predict import load_any, predict_images

__all__ = ["load_any", "predict_images"]

__getattr__ = lazy_names(__name__, {"load_any": "predict", "predict_images": "predict"})
