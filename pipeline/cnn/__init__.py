"""Convolutional networks as scikit-learn classifiers, and their ONNX files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.pipeline.cnn.classifier import CnnClassifier
    from happysad.pipeline.cnn.onnx_cnn import load_onnx
    from happysad.pipeline.cnn.onnx_export import export_onnx

__all__ = ["CnnClassifier", "export_onnx", "load_onnx"]

__getattr__ = lazy_names(
    __name__,
    {"CnnClassifier": "classifier", "export_onnx": "onnx_export", "load_onnx": "onnx_cnn"},
)
