"""A model of either kind of file, by its name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

SUFFIXES = (".joblib", ".onnx")


def load_any(model: str | Path) -> Pipeline:
    """The model of a shipped name, a joblib file or an ONNX file (by its suffix).

    Raises
    ------
    UserError
        As ``load_model`` and ``load_onnx``.
    """
    if str(model).endswith(".onnx"):
        from happysad.pipeline.cnn.onnx_file import load_onnx

        return load_onnx(model)
    from happysad.pipeline.model_files.model_file import load_model

    return load_model(model)
