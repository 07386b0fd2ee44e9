"""The name of a model to predict with: shipped, a file, or what to do where it is neither."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

from happysad.pipeline.model_files.shipped import NETWORKS, SHIPPED, model_path
from happysad.utils.errors import UserError


def find_model(model: str | Path) -> Path:
    """The file meant by a name or a path, as ``model_path`` gives it.

    Raises
    ------
    UserError
        It is the name of a recipe, which is to be trained first, or of nothing; the message has
        the name most like it.

    Examples
    --------
    >>> find_model("texture-svm").name
    'texture-svm.joblib'
    >>> try:
    ...     find_model("hog-svm")
    ... except UserError as error:
    ...     print(str(error).partition(":")[0])
    hog-svm is a recipe, and no trained model of it is shipped
    """
    try:
        return model_path(model)
    except UserError:
        if os.path.isfile(model):  # of a name without a suffix, which the message is about
            raise
        from happysad.pipeline.models.registry import RECIPES  # which takes a second

        shipped = [*SHIPPED, *NETWORKS]
        base = str(model).partition("+")[0]
        if base in RECIPES:
            raise UserError(_how_to_train(str(model))) from None
        near = get_close_matches(base, [*shipped, *RECIPES], n=1)
        if not near or near[0] in shipped:
            raise
        how = _how_to_train(near[0])
        raise UserError(f"no model is named {model!r}: did you mean {near[0]}? {how}") from None


def _how_to_train(recipe: str) -> str:
    return (
        f"{recipe} is a recipe, and no trained model of it is shipped: train one by happysad train "
        f"--data FOLDER --model {recipe} --out {recipe}.joblib, and name that file"
    )
