"""From images to a decision: data sets, models, model files, metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.pipeline.data.dataset import load_data
    from happysad.pipeline.model_files.model_file import load_model, save_model
    from happysad.pipeline.models.registry import make_model
    from happysad.pipeline.prediction.predict import predict_images

__all__ = ["load_data", "load_model", "make_model", "predict_images", "save_model"]

__getattr__ = lazy_names(
    __name__,
    {
        "load_data": "data.dataset",
        "load_model": "model_files.model_file",
        "make_model": "models.registry",
        "predict_images": "prediction.predict",
        "save_model": "model_files.model_file",
    },
)
