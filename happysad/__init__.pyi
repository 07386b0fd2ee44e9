from .experiments.compare import compare
from .pipeline.data.dataset import load_data
from .pipeline.model_files.model_file import load_model, save_model
from .pipeline.models.registry import make_model
from .pipeline.prediction.predict import predict_images
from .utils.errors import UserError

__version__: str

__all__ = [
    "UserError",
    "__version__",
    "compare",
    "load_data",
    "load_model",
    "make_model",
    "predict_images",
    "save_model",
]
