from .predict import load_any, predict_images

__all__ = ["load_any", "predict_images"]
