"""Training for ``pipeline.cnn``: the loss, the skorch net, early stopping. Imports torch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split
from skorch import NeuralNetBinaryClassifier
from skorch.callbacks import EarlyStopping, LRScheduler
from skorch.helper import predefined_split
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import TensorDataset

from happysad.pipeline.cnn.augmentation import Augmentation
from happysad.pipeline.cnn.preprocessing import CHUNK
from happysad.utils.errors import UserError


class WeightedLoss(nn.BCEWithLogitsLoss):
    """Binary cross-entropy with a weight for either class."""

    def __init__(self, class_weights: tuple[float, float]) -> None:
        super().__init__()
        self.first, self.second = class_weights

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        weight = self.first + (self.second - self.first) * target
        return F.binary_cross_entropy_with_logits(input, target, weight)


class TrainingNet(NeuralNetBinaryClassifier):  # type: ignore[misc]  # skorch is untyped
    """skorch's classifier of uint8 images: scales them, and augments those it trains on."""

    def __init__(
        self,
        module: nn.Module,
        *,
        augmentation: Augmentation,
        bfloat16: bool,
        freeze_norm: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(module, **kwargs)
        self.augmentation = augmentation
        self.bfloat16 = bfloat16
        self.freeze_norm = freeze_norm

    def infer(self, x: Tensor, **fit_params: Any) -> Tensor:
        images = x.float() / 255
        if self.module_.training:
            images = self.augmentation(images)
            if self.freeze_norm:
                for layer in self.module_.modules():
                    if isinstance(layer, nn.BatchNorm2d):
                        layer.eval()
        images = images.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16) if self.bfloat16 else nullcontext():
            logits: Tensor = super().infer(images, **fit_params)
        return logits.float()


def hold_out(
    targets: NDArray[np.float32], fraction: float, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows held out and rows kept: ``fraction`` of each class, at least one face of each."""
    counts = np.bincount(targets.astype(int))
    if counts.min() < 2:
        raise UserError(
            f"No validation part can be held out of {counts[0]} and {counts[1]} faces: give at "
            "least 2 faces a class."
        )
    n_held = min(max(2, round(fraction * len(targets))), len(targets) - 2)
    rows = np.arange(len(targets))
    kept, held = train_test_split(rows, test_size=n_held, stratify=targets, random_state=seed)
    return np.sort(held), np.sort(kept)


def has_fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 natively; training then takes half the time."""
    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", None)  # private: it may go
    return bool(supported is not None and supported())


def train(
    module: nn.Module,
    training: tuple[NDArray[np.uint8], NDArray[np.float32]],
    validation: tuple[NDArray[np.uint8], NDArray[np.float32]],
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    patience: int,
    verbose: bool,
    class_weights: tuple[float, float] = (1.0, 1.0),
    **net_options: Any,
) -> list[dict[str, float]]:
    """Fit ``module`` in place with Adam on binary cross-entropy; the best epoch's weights stay.

    The learning rate runs through one cycle (Smith & Topin 2018), rising to ``learning_rate``
    and falling to nothing over ``epochs``. Training ends early once the validation loss has
    not fallen for ``patience`` epochs. ``freeze_norm`` among the options keeps the means and
    variances of batch norm, which few faces would estimate badly. The data are images
    (n, C, S, S) uint8 and targets (n,) float32 of 0 and 1; what comes back are the losses and the
    accuracy of each epoch.
    """
    parts = [TensorDataset(*map(torch.from_numpy, part)) for part in (training, validation)]
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
    """``net.fit``, but Ctrl-C is raised again, which skorch swallows."""
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
