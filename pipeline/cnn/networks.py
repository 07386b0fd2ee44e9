"""The networks ``SmallCnn`` and ``ResNet``, input and output of all. Imports torch.

Nothing of this module ends up in a model file: the classifier keeps the learned weights as
NumPy arrays, so a file loads, and says clearly what it lacks, where torch is not installed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from happysad.pipeline.cnn.preprocessing import CHUNK
from happysad.pipeline.cnn.torchvision_network import ResNet18

WIDTHS = (32, 64, 128)
BLOCKS = 2


class SmallCnn(nn.Module):
    """``cnn-small``: three 3x3 convolutions, each with 2x2 max-pooling, and a dense layer.

    From (n, channels, input_size, input_size) float32 in [0, 1] to (n, 1) logits.
    """

    def __init__(self, input_size: int = 48, dropout: float = 0.5, channels: int = 1) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for n_in, n_out in zip((channels, *WIDTHS), WIDTHS, strict=False):
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


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions with batch norm and a shortcut around them (He et al. 2016).

    Where the number of maps or the stride changes, the shortcut is a 1x1 convolution.
    """

    def __init__(self, n_in: int, n_out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(n_in, n_out, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(n_out)
        self.conv2 = nn.Conv2d(n_out, n_out, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(n_out)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or n_in != n_out:
            convolution = nn.Conv2d(n_in, n_out, 1, stride, bias=False)
            self.shortcut = nn.Sequential(convolution, nn.BatchNorm2d(n_out))

    def forward(self, maps: Tensor) -> Tensor:
        inner = F.relu(self.norm1(self.conv1(maps)))
        return F.relu(self.norm2(self.conv2(inner)) + self.shortcut(maps))


class ResNet(nn.Module):
    """``cnn-resnet``: 13 convolutions deep, after He et al. (2016), Deep residual learning.

    A stem that halves the image, three stages that halve it between them, the mean of each map.
    From (n, channels, S, S) float32 in [0, 1] to (n, outputs) logits.
    """

    def __init__(self, dropout: float = 0.2, channels: int = 1, outputs: int = 1) -> None:
        super().__init__()
        first = nn.Conv2d(channels, WIDTHS[0], 3, padding=1, bias=False)
        self.stem = nn.Sequential(first, nn.BatchNorm2d(WIDTHS[0]), nn.ReLU(), nn.MaxPool2d(2))
        blocks, n_in = [], WIDTHS[0]
        for stage, n_out in enumerate(WIDTHS):
            for number in range(BLOCKS):
                stride = 2 if stage and not number else 1
                blocks.append(ResidualBlock(n_in, n_out, stride))
                n_in = n_out
        self.blocks = nn.Sequential(*blocks)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(n_in, outputs)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(layer, ResidualBlock):
                nn.init.zeros_(layer.norm2.weight)  # each block starts as its shortcut
        nn.init.normal_(self.output.weight, std=0.01)  # start undecided
        nn.init.zeros_(self.output.bias)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # 2x as fast

    def forward(self, images: Tensor) -> Tensor:
        maps = self.blocks(self.stem(images))
        logits: Tensor = self.output(self.dropout(maps.mean((2, 3))))
        return logits


def build(architecture: str, input_size: int, channels: int, dropout: float = 0.0) -> nn.Module:
    """An untrained network: "small", "resnet" or torchvision's "resnet18"."""
    if architecture == "resnet18":
        return ResNet18(dropout)
    if architecture == "resnet":
        return ResNet(dropout, channels)
    return SmallCnn(input_size, dropout, channels)


def probabilities(
    module: nn.Module, images: NDArray[np.uint8], mirror: bool
) -> NDArray[np.float64]:
    """Sigmoid output (n,) of images (n, C, S, S) uint8, or its mean with their mirror images'."""
    out = np.zeros(len(images))
    module.eval()
    with torch.inference_mode():
        for start in range(0, len(images), CHUNK):
            part = torch.from_numpy(images[start : start + CHUNK]).float() / 255
            p = torch.sigmoid(module(part).double())
            if mirror:
                p = (p + torch.sigmoid(module(part.flip(3)).double())) / 2
            out[start : start + CHUNK] = p.numpy()[:, 0]
    return out


def weights_of(module: nn.Module) -> dict[str, NDArray[np.float32]]:
    """The learned numbers as plain arrays, copied out of torch."""
    return {
        name: np.array(tensor.detach().numpy(), order="C")
        for name, tensor in module.state_dict().items()
        if not name.endswith("num_batches_tracked")  # which batch norm counts and does not use
    }


def load_weights(module: nn.Module, weights: Mapping[str, NDArray[np.float32]]) -> nn.Module:
    """Put weights kept by `weights_of` into ``module``, and give it back."""
    module.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
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
