"""Training for ``pipeline.cnn``: augmentation, the skorch net, early stopping. Imports torch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from skorch import NeuralNetBinaryClassifier
from skorch.callbacks import EarlyStopping, LRScheduler
from skorch.helper import predefined_split
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import TensorDataset

from happysad.pipeline.cnn.preprocessing import CHUNK
from happysad.pipeline.cnn.small_net import to_unit


@dataclass(frozen=True)
class Augmentation:
    """Random rotation, zoom and horizontal flip of a batch, by torch's global generator.

    Attributes
    ----------
    rotation : float
        Largest angle either way, degrees.
    zoom : float
        Largest change of scale either way: 0.1 is 0.9 to 1.1 times.
    flip : bool
        Mirror every second image, at random.
    """

    rotation: float
    zoom: float
    flip: bool

    def __call__(self, images: Tensor) -> Tensor:
        """(n, C, S, S) float32 -> the same shape and range; the border is repeated outward."""
        n = len(images)
        angle = (torch.rand(n) * 2 - 1) * math.radians(self.rotation)
        scale = 1 / (1 + (torch.rand(n) * 2 - 1) * self.zoom)
        mirror = torch.where(torch.rand(n) < 0.5 * self.flip, -1.0, 1.0)
        theta = torch.zeros(n, 2, 3)
        theta[:, 0, 0] = scale * angle.cos() * mirror
        theta[:, 0, 1] = -scale * angle.sin()
        theta[:, 1, 0] = scale * angle.sin() * mirror
        theta[:, 1, 1] = scale * angle.cos()
        grid = F.affine_grid(theta, list(images.shape), align_corners=False)
        return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


class WeightedLoss(nn.BCEWithLogitsLoss):
    """Binary cross-entropy in which each image counts as much as its class's weight says."""

    def __init__(self, class_weights: tuple[float, float]) -> None:
        super().__init__()
        self.first, self.second = class_weights

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        weight = self.first + (self.second - self.first) * target
        return F.binary_cross_entropy_with_logits(input, target, weight)


class TrainingNet(NeuralNetBinaryClassifier):  # type: ignore[misc]  # skorch is untyped
    """skorch's classifier over bytes: scales them, and augments those it trains on."""

    def __init__(
        self, module: nn.Module, *, augmentation: Augmentation, bfloat16: bool, **kwargs: Any
    ) -> None:
        super().__init__(module, **kwargs)
        self.augmentation = augmentation
        self.bfloat16 = bfloat16

    def infer(self, x: Tensor, **fit_params: Any) -> Tensor:
        images = to_unit(x)
        if self.module_.training:
            images = self.augmentation(images)
        images = images.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16) if self.bfloat16 else nullcontext():
            logits: Tensor = super().infer(images, **fit_params)
        return logits.float()


def has_fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 natively; training then takes half the time."""
    ask = getattr(torch.cpu, "_is_avx512_bf16_supported", None)  # private: it may go
    return bool(ask is not None and ask())


def train(
    module: nn.Module,
    training: tuple[Tensor, NDArray[np.float32]],
    validation: tuple[Tensor, NDArray[np.float32]],
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    patience: int,
    verbose: bool,
    class_weights: tuple[float, float] = (1.0, 1.0),
    **net_options: Any,
) -> list[dict[str, float]]:
    """Fit ``module`` in place with Adam on binary cross-entropy; its best weights are kept.

    The learning rate runs through one cycle (Smith & Topin 2018), rising to ``learning_rate``
    and falling to nothing over ``epochs``. Training ends early once the validation loss has
    not fallen for ``patience`` epochs; the weights of the epoch with the lowest are restored.

    Parameters
    ----------
    class_weights : (float, float)
        How much an image of either class counts in both losses.
    training, validation : (images (n, C, S, S) uint8, targets (n,) float32 of 0 and 1)

    Returns
    -------
    list of dict
        One an epoch: ``epoch``, ``train_loss``, ``val_loss``, ``val_accuracy``.
    """
    parts = [TensorDataset(images, torch.from_numpy(y)) for images, y in (training, validation)]
    steps = epochs * math.ceil(len(parts[0]) / batch_size)
    stopping = EarlyStopping("valid_loss", patience=patience, load_best=True, threshold=0.0)
    cycle = LRScheduler(
        torch.optim.lr_scheduler.OneCycleLR,
        max_lr=learning_rate,
        total_steps=steps,
        step_every="batch",
    )
    net = TrainingNet(
        module,
        criterion=WeightedLoss,
        criterion__class_weights=class_weights,
        optimizer=torch.optim.Adam,
        lr=learning_rate,
        max_epochs=epochs,
        batch_size=batch_size,
        iterator_train__shuffle=True,
        iterator_valid__batch_size=CHUNK,
        train_split=predefined_split(parts[1]),
        callbacks=[("stopping", stopping), ("cycle", cycle)],
        verbose=int(verbose),
        **net_options,
    )
    _fit(net, parts[0], stopping)
    return [
        {
            "epoch": row["epoch"],
            "train_loss": float(row["train_loss"]),
            "val_loss": float(row["valid_loss"]),
            "val_accuracy": float(row["valid_acc"]),
        }
        for row in net.history
    ]


def _fit(net: TrainingNet, data: TensorDataset, stopping: EarlyStopping) -> None:
    """``net.fit`` without its flaw: skorch swallows the user's Ctrl-C, and training goes on."""
    net.initialize()
    net.notify("on_train_begin", X=data, y=None)
    try:
        net.fit_loop(data)
    except KeyboardInterrupt:  # EarlyStopping raises it as well
        if stopping.misses_ < stopping.patience:
            raise
    net.notify("on_train_end", X=data, y=None)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Everything drawn inside follows from ``seed``; the generator outside is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield
