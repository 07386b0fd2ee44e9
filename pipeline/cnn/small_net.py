"""The torch side of ``pipeline.cnn``: the network, its input, its output. Imports torch.

Nothing of this module ends up in a model file: the classifier keeps the learned weights as
numpy arrays, so a file loads, and says clearly what it lacks, where torch is not installed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from happysad.pipeline.cnn.preprocessing import CHUNK, to_bytes
from happysad.pipeline.cnn.resnet import ResNet

_COUNTER = "num_batches_tracked"  # batch norm counts its batches and does not use the count


class SmallCnn(nn.Module):
    """``cnn-small``: three 3x3 convolutions of 32, 64 and 128 maps, a dense layer of 128.

    Each convolution is followed by ReLU and 2x2 max-pooling. ``forward`` takes
    (n, channels, input_size, input_size) float32 in [0, 1] and gives (n, 1) logits: the sigmoid is
    applied by the loss in training and by `probabilities` afterwards, which is the same
    function without its overflow.
    """

    def __init__(self, input_size: int = 48, dropout: float = 0.5, channels: int = 1) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for n_in, n_out in ((channels, 32), (32, 64), (64, 128)):
            layers += [nn.Conv2d(n_in, n_out, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        self.maps = nn.Sequential(*layers)
        self.dense = nn.Linear(128 * (input_size // 8) ** 2, 128)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(128, 1)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):  # He et al. 2015; no batch norm here
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
        nn.init.normal_(self.output.weight, std=0.01)  # start undecided
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # 2x as fast

    def forward(self, images: Tensor) -> Tensor:
        dense = F.relu(self.dense(torch.flatten(self.maps(images), 1)))
        logits: Tensor = self.output(self.dropout(dense))
        return logits


def build(architecture: str, input_size: int, channels: int, dropout: float = 0.0) -> nn.Module:
    """An untrained network: "small" or "resnet"."""
    if architecture == "resnet":
        return ResNet(dropout, channels)
    return SmallCnn(input_size, dropout, channels)


def to_input(crops: NDArray[np.uint8], size: int) -> Tensor:
    """Crops (n, S, S) or (n, S, S, 3) uint8 -> (n, 1 or 3, size, size) uint8."""
    return torch.from_numpy(to_bytes(crops, size))


def to_unit(images: Tensor) -> Tensor:
    """Bytes -> float32 in [0, 1]."""
    return images.float() / 255


def probabilities(module: nn.Module, images: Tensor, mirror: bool) -> NDArray[np.float64]:
    """Sigmoid output (n,) of images (n, C, S, S) uint8; mean with the mirror image's if asked."""
    out = np.zeros(len(images))
    module.eval()
    with torch.inference_mode():
        for start in range(0, len(images), CHUNK):
            part = to_unit(images[start : start + CHUNK])
            p = torch.sigmoid(module(part).double())
            if mirror:
                p = (p + torch.sigmoid(module(part.flip(3)).double())) / 2
            out[start : start + CHUNK] = p.numpy()[:, 0]
    return out


def weights_of(module: nn.Module) -> dict[str, NDArray[np.float32]]:
    """The learned numbers as plain arrays, copied out of torch."""
    return {
        name: np.ascontiguousarray(tensor.detach().numpy()).copy()
        for name, tensor in module.state_dict().items()
        if not name.endswith(_COUNTER)
    }


def load_weights(module: nn.Module, weights: Mapping[str, NDArray[np.float32]]) -> nn.Module:
    """Put weights kept by `weights_of` into ``module``, and give it back."""
    state = {name: torch.tensor(array) for name, array in weights.items()}
    counters = {n: t for n, t in module.state_dict().items() if n.endswith(_COUNTER)}
    module.load_state_dict({**counters, **state})
    return module


@contextmanager
def threads(n: int | None) -> Iterator[None]:
    """Run with ``n`` torch threads (None: as it is), then put the old number back."""
    before = torch.get_num_threads()
    if n is not None:
        torch.set_num_threads(n)
    try:
        yield
    finally:
        torch.set_num_threads(before)
