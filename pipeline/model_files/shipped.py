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


def shipped_path(name: str) -> Path:
    """The file of a model that comes with the package.

    Raises
    ------
    UserError
        There is no such model; the message lists those there are.
    """
    if name in SHIPPED:
        return FOLDER / f"{name}.joblib"
    near = get_close_matches(name, SHIPPED, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    message = (
        f"no model named {name!r} comes with happysad: {hint}those that do are "
        f"{' and '.join(SHIPPED)}; a model of your own is named by its file, such as mine.joblib"
    )
    if name and Path(name).is_file():
        message += f" (./{name} for the file of that name here)"
    raise UserError(message)


def model_path(model: str | Path) -> Path:
    """The file meant by a name or a path.

    Parameters
    ----------
    model : str or Path
        A word without a suffix or a folder in it is the name of a shipped model ("fusion-svm");
        all else, and every ``Path``, is a file ("mine.joblib", "./fusion-svm").

    Raises
    ------
    UserError
        A word that no shipped model is named by.
    """
    return shipped_path(model) if isinstance(model, str) and _is_word(model) else Path(model)


def _is_word(text: str) -> bool:
    return os.path.basename(text) == text and not Path(text).suffix
