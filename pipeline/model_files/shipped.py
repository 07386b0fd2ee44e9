"""The trained models that come with the package, found by name.

``experiments/shipping/ship.py`` trains them and ``MODEL_CARD.md`` says what they are.
"""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

from happysad.utils.errors import UserError

FOLDER = Path(__file__).with_name("shipped_models")

SHIPPED = {
    "fusion-svm": "reads landmarks too, whose predictor's terms exclude commercial use",
    "texture-svm": "for those whom these terms forbid it",
}
"""Name to what it is, in a line. The first is taken where no model is named."""

DEFAULT = next(iter(SHIPPED))


def model_path(model: str | Path) -> Path:
    """The file meant by a name or a path.

    A word without a suffix or a folder in it is the name of a shipped model ("fusion-svm"); all
    else, and every ``Path``, is a file ("mine.joblib", "./fusion-svm").
    """
    path = Path(model)
    if isinstance(model, Path) or path.suffix or os.path.basename(model) != model:
        return path
    if model in SHIPPED:
        return FOLDER / f"{model}.joblib"
    near = get_close_matches(model, SHIPPED, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    message = (
        f"no model named {model!r} comes with happysad: {hint}those that do are "
        f"{' and '.join(SHIPPED)}; a model of your own is named by its file, such as mine.joblib"
    )
    if model and path.is_file():
        message += f" (./{model} for the file of that name here)"
    raise UserError(message)
