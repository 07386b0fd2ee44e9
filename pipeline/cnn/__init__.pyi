from .classifier import CnnClassifier
from .onnx_cnn import load_onnx
from .onnx_export import export_onnx

__all__ = ["CnnClassifier", "export_onnx", "load_onnx"]
