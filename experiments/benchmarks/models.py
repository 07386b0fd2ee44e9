"""The models whose speed is measured: shipped ones, files, and recipes fitted for the occasion."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from happysad.pipeline.model_files.shipped import SHIPPED, shipped_path
from happysad.utils.console import say
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

FITTED_ON = 600
"""Built-in faces that a recipe is fitted on."""


def model_files(names: Sequence[str], folder: Path) -> dict[str, Path]:
    """A fitted model's file for each name of a shipped model, file or recipe.

    A recipe is fitted on built-in faces, and its file written into ``folder``.

    Raises
    ------
    UserError
        There is no such model.
    """
    files = {}
    for name in names:
        if name in SHIPPED:
            files[name] = shipped_path(name)
        elif Path(name).suffix in (".joblib", ".onnx"):
            if not Path(name).is_file():
                raise UserError(f"there is no model file {name}")
            files[Path(name).stem] = Path(name)
        else:
            files[name] = _fitted(name, folder)
    return files


def _fitted(name: str, folder: Path) -> Path:
    from happysad.pipeline.demo.demo_faces import make_demo_faces
    from happysad.pipeline.model_files.model_file import save_model
    from happysad.pipeline.models.registry import make_model, short_name

    model = make_model(name)
    say(f"fitting {name} on {FITTED_ON} built-in faces")
    images, labels = make_demo_faces(FITTED_ON, random_state=0)
    model.fit(list(images), labels)
    return save_model(model, folder / f"{short_name(name)}.joblib", probe=list(images[:4]))


def loaded(file: Path) -> Pipeline:
    """The model of a joblib or ONNX file."""
    from happysad.pipeline.cnn.onnx_file import load_onnx
    from happysad.pipeline.model_files.model_file import load_model

    return load_onnx(file) if file.suffix == ".onnx" else load_model(file)
