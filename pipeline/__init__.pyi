from .data.dataset import load_data
from .model_files.model_file import load_model, save_model
from .models.registry import make_model
from .prediction.predict import predict_images

__all__ = ["load_data", "load_model", "make_model", "predict_images", "save_model"]
