"""Where fine-tuning starts: the fitted CNN in a classifier, a Pipeline or a model file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from happysad.pipeline.cnn.classifier import CnnClassifier


def find_cnn(source: Any) -> CnnClassifier:
    """The fitted ``CnnClassifier`` in ``source``.

    Parameters
    ----------
    source : CnnClassifier, Pipeline that ends in one, or path of a model file

    Raises
    ------
    UserError
        It is none of these, is not fitted, or the file cannot be loaded.
    """
    from happysad.pipeline.cnn.classifier import CnnClassifier

    name = f"the {type(source).__name__} given"
    if isinstance(source, str | Path):
        from happysad.pipeline.model_files.model_file import load_model

        source, name = load_model(source), str(source)
    classifier = source.steps[-1][1] if getattr(source, "steps", None) else source
    if not isinstance(classifier, CnnClassifier):
        raise UserError(
            f"{name} is no CNN (its classifier is {type(classifier).__name__}): "
            "give a fitted cnn-small, cnn-color or cnn-resnet"
        )
    if not hasattr(classifier, "weights_"):
        raise UserError(f"{name} holds a CNN that is not fitted: fit it first")
    return classifier


def starting_weights(
    source: Any, architecture: str, input_size: int, channels: int, classes: NDArray[np.str_]
) -> dict[str, NDArray[np.float32]]:
    """The weights of the CNN in ``source``, where they fit a network of these settings.

    Raises
    ------
    UserError
        See `find_cnn`; another architecture, input size, colour or other classes.
    """
    start = find_cnn(source)
    pairs = {
        "architecture": (start.architecture_, architecture),
        "input_size": (start.input_size_, input_size),
        "channels": (start.channels_, channels),
        "classes": (" and ".join(map(str, start.classes_)), " and ".join(map(str, classes))),
    }
    differ = [f"{k} {old!r}, not {new!r}" for k, (old, new) in pairs.items() if old != new]
    if differ:
        raise UserError(
            f"the CNN to start from has {', '.join(differ)}: fine-tuning needs the same network"
        )
    return dict(start.weights_)


def fine_tuned(make: Callable[[int], Pipeline], source: Any, random_state: int = 0) -> Pipeline:
    """The unfitted Pipeline that ``make`` gives, whose CNN will start from that in ``source``.

    Raises
    ------
    UserError
        The Pipeline has no CNN; see also `find_cnn`.
    """
    model = make(random_state)
    names = [name for name in model.get_params() if name.endswith("__start_from")]
    if not names:
        kind = type(model.steps[-1][1]).__name__
        raise UserError(
            f"a {kind} cannot start from another model: fine-tuning is for cnn-small, cnn-color "
            "and cnn-resnet"
        )
    find_cnn(source)
    return model.set_params(**{names[0]: source})
