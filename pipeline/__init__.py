"""From images to a decision: data sets, models, model files, metrics."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from happysad.pipeline.model_files.model_file import load_model, save_model
    from happysad.pipeline.models.registry import make_model
    from happysad.pipeline.prediction.predict import predict_images

_HOME = {
    "load_model": "model_file",
    "make_model": "models",
    "predict_images": "predict",
    "save_model": "model_file",
}

__all__ = ["load_model", "make_model", "predict_images", "save_model"]


def __getattr__(name: str) -> Any:
    """The functions that most scripts want, imported when they are first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
