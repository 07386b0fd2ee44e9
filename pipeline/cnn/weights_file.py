"""The weights that come with the package (.npz): a network of several expressions, without torch.

It is a ``networks.ResNet`` on grey crops of 48 pixels with one output a class. Of its outputs
those of happy and sad are kept, and their difference is the logit of sad: for two classes a
softmax is that. Scale and bias of the logit were fitted on faces it was not trained on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.model_files.shipped import FOLDER
from happysad.utils.atomic_files import atomic_write
from happysad.utils.errors import UserError

PRETRAINED = FOLDER / "cnn-pretrained.npz"
ARCHITECTURE, INPUT_SIZE, CHANNELS = "resnet", 48, 1
CLASSES = ("happy", "sad")

Weights = dict[str, NDArray[np.float32]]

_LAYER = "layer/"  # before a layer's name in the file


def save_weights(
    path: Path,
    weights: Mapping[str, NDArray[np.float32]],
    classes: Sequence[str],
    scale: float = 1.0,
    bias: float = 0.0,
) -> Path:
    """Write a network's weights in half precision.

    Parameters
    ----------
    path : Path
        The file to write; it ends in ``.npz``.
    weights : mapping of str to array
        By layer, as ``networks.weights_of`` gives them; ``output.weight`` is (len(classes), d).
    classes : sequence of str
        Of the outputs, in their order; happy and sad are among them.
    scale, bias : float
        p(sad) is the sigmoid of ``scale`` times the outputs' difference, sad less happy, plus
        ``bias``.

    Raises
    ------
    UserError
        happy or sad is no class, or a weight has no place in half precision.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from happysad.pipeline.cnn.weights_file import load_weights, save_weights
    >>> head = {"output.weight": np.eye(3), "output.bias": np.zeros(3)}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_weights(Path(folder, "w.npz"), head, ["happy", "neutral", "sad"], scale=2)
    ...     load_weights(path)["output.weight"].tolist()
    [[-2.0, 0.0, 2.0]]
    """
    missing = [name for name in CLASSES if name not in classes]
    if missing or len(weights["output.bias"]) != len(classes):
        raise UserError(
            f"the network has {len(weights['output.bias'])} outputs and the classes "
            f"{', '.join(classes)}: one an output, happy and sad among them"
        )
    with np.errstate(over="ignore"):  # told below
        arrays = {f"{_LAYER}{name}": np.asarray(w, np.float16) for name, w in weights.items()}
    if broken := [name for name, half in arrays.items() if not np.isfinite(half).all()]:
        raise UserError(f"{broken[0].removeprefix(_LAYER)} has weights beyond half precision")
    content: dict[str, Any] = {**arrays, "classes": np.array(classes), "scale": scale, "bias": bias}
    with atomic_write(path) as beside, beside.open("wb") as file:
        np.savez(file, allow_pickle=False, **content)
    return path


def load_weights(path: Path = PRETRAINED) -> Weights:
    """The weights of the network with one output, the logit of sad, float32 by layer.

    Raises
    ------
    UserError
        The file is missing or damaged.
    """
    weights, classes, scale, bias = _read(path)
    head, shift = weights["output.weight"], weights["output.bias"]
    happy, sad = (classes.index(name) for name in CLASSES)
    weights["output.weight"] = (head[sad] - head[happy])[None] * scale
    weights["output.bias"] = (shift[sad] - shift[happy])[None] * scale + bias
    return weights


def load_all_outputs(path: Path = PRETRAINED) -> tuple[Weights, list[str]]:
    """The weights as they were learned, with an output a class, and the classes.

    Raises
    ------
    UserError
        The file is missing or damaged.

    Examples
    --------
    >>> from happysad.pipeline.cnn.weights_file import load_all_outputs
    >>> weights, classes = load_all_outputs()
    >>> len(weights["output.bias"]) == len(classes)
    True
    """
    weights, classes, _, _ = _read(path)
    return weights, classes


def _read(path: Path) -> tuple[Weights, list[str], np.float32, np.float32]:
    """Weights, classes, scale and bias in a file; happy and sad are among the classes."""
    try:
        with np.load(path, allow_pickle=False) as file:
            content = {name: np.asarray(file[name]) for name in file.files}
        weights = {
            name.removeprefix(_LAYER): array.astype(np.float32)
            for name, array in content.items()
            if name.startswith(_LAYER)
        }
        classes: list[str] = content["classes"].tolist()
        scale, bias = np.float32(content["scale"]), np.float32(content["bias"])
        outputs = {len(weights["output.weight"]), len(weights["output.bias"])}
        if outputs != {len(classes)} or not set(CLASSES) <= set(classes):
            raise ValueError("no output a class, or none of happy and sad")
    except OSError as error:
        raise UserError(f"the pre-trained weights {path} cannot be read: {error}") from None
    except Exception as error:  # a damaged archive may fail in any way
        raise UserError(
            f"the pre-trained weights {path} are damaged ({error}): install happysad again"
        ) from None
    return weights, classes, scale, bias
