"""happysad tells a happy face from a sad one, and compares the ways of doing so.

>>> from happysad import make_model
>>> [name for name, step in make_model("hog-svm").steps]
['faces', 'mirror', 'features', 'classifier']
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# In a checkout the packages features, pipeline and experiments lie beside this folder.
_CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if os.path.isfile(os.path.join(_CHECKOUT, "features", "hog.py")):
    __path__.append(_CHECKOUT)

if TYPE_CHECKING:
    from happysad.experiments.compare import compare
    from happysad.pipeline.data.dataset import load_data
    from happysad.pipeline.model_files.model_file import load_model, save_model
    from happysad.pipeline.models.registry import make_model
    from happysad.pipeline.prediction.predict import predict_images
    from happysad.utils.errors import UserError

    __version__: str

_MODULES = {
    "UserError": "utils.errors",
    "compare": "experiments.compare",
    "load_data": "pipeline.data.dataset",
    "load_model": "pipeline.model_files.model_file",
    "make_model": "pipeline.models.registry",
    "predict_images": "pipeline.prediction.predict",
    "save_model": "pipeline.model_files.model_file",
}

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


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("happysad")
    from happysad.utils.lazy_names import lazy_names

    return lazy_names(__name__, _MODULES)(name)


def __dir__() -> list[str]:
    return __all__
