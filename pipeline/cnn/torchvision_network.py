"""torchvision's ResNet-18 with one output, and files of its weights. Imports torch.

torchvision is needed by these networks alone, so no extra installs it.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from happysad.utils.errors import UserError

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's colours, by which torchvision's networks have their input scaled."""

_BODY, _HEAD = "body.", "fc."  # before the names of all layers here; of the last layer there
_UNUSED = "num_batches_tracked"  # which batch norm counts and does not use


class ResNet18(nn.Module):
    """``cnn-resnet18``: torchvision's ``resnet18`` (He et al. 2016) with one logit for a head.

    From (n, 1 or 3, S, S) float32 in [0, 1] to (n, 1) logits; grey is repeated as three colours.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, dropout: float = 0.2) -> None:
        super().__init__()
        self.body = _torchvision_models().resnet18(weights=None)
        self.output = nn.Linear(self.body.fc.in_features, 1)
        self.body.fc = nn.Dropout(dropout)
        nn.init.normal_(self.output.weight, std=0.01)  # start undecided
        nn.init.zeros_(self.output.bias)
        for name, values in (("mean", MEAN), ("std", STD)):
            self.register_buffer(name, torch.tensor(values).view(3, 1, 1), persistent=False)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.output(self.body((images - self.mean) / self.std))
        return logits


def read_state_dict(path: str | Path) -> dict[str, NDArray[np.float32]]:
    """The weights of torchvision's ``resnet18`` in a file, for ``ResNet18``, without its head.

    The file is read with ``weights_only``, so it cannot run code.

    Raises
    ------
    UserError
        There is no such file, it holds no weights, those of another network, or torchvision is
        not installed.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"there is no file {path}: check the path")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        body = {
            f"{_BODY}{name}": np.asarray(tensor.float())
            for name, tensor in state.items()
            if not name.startswith(_HEAD) and not name.endswith(_UNUSED)
        }
    except Exception as error:  # a file of anything may fail in any way
        reason = type(error).__name__
        raise UserError(f"{path} holds no weights that torch can read ({reason})") from None
    expected = {
        name: tuple(tensor.shape)
        for name, tensor in ResNet18().state_dict().items()
        if name.startswith(_BODY) and not name.endswith(_UNUSED)
    }
    if {name: array.shape for name, array in body.items()} != expected:
        raise UserError(f"{path} holds weights, but not those of torchvision's resnet18")
    return body


def _torchvision_models() -> Any:
    try:
        return import_module("torchvision.models")
    except (ImportError, RuntimeError) as error:  # RuntimeError: made for another torch
        raise UserError(
            f"the CNN resnet18 needs torchvision ({error}): run pip install torchvision"
        ) from error
