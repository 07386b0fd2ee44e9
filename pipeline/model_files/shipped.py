"""The trained models that come with the package, found by name.

``experiments/shipping/ship.py`` trains the SVMs, and ``MODEL_CARD.md`` says what they are;
``experiments/shipping/pretrain.py`` trains the CNN.
"""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

from happysad.utils.errors import UserError

FOLDER = Path(__file__).with_name("shipped_models")

SHIPPED = {
    "stack": "the most accurate; needs no torch",
    "texture-svm": "handcrafted features alone, the quickest",
}
"""Name to what it is, in a line. The first is taken where no model is named."""

NETWORKS = {"cnn-pretrained": "needs neither torch nor the 68-point predictor"}
"""The same of those in ONNX format, which ``load_onnx`` reads."""

DEFAULT = next(iter(SHIPPED))


def model_path(model: str | Path) -> Path:
    """The file meant by a name or a path.

    A word without a suffix or a folder in it is the name of a shipped model ("texture-svm"); all
    else, and every ``Path``, is a file ("mine.joblib", "./texture-svm").
    """
    path = Path(model)
    if isinstance(model, Path) or path.suffix or os.path.basename(model) != model:
        return path
    if model in SHIPPED:
        return FOLDER / f"{model}.joblib"
    if model in NETWORKS:
        return FOLDER / f"{model}.onnx"
    names = [*SHIPPED, *NETWORKS]
    near = get_close_matches(model, names, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    message = (
        f"no model named {model!r} comes with happysad: {hint}those that do are "
        f"{', '.join(names[:-1])} and {names[-1]}; a model of your own is named by its file, such "
        "as mine.joblib"
    )
    if model and path.is_file():
        message += f" (./{model} for the file of that name here)"
    raise UserError(message)
