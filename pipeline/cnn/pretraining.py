"""Pre-training of the residual CNN on faces of several expressions. Imports torch.

AdamW in one learning-rate cycle on augmented faces, with label smoothing; what is kept is the
exponential moving average of the weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel

from happysad.pipeline.cnn import weights_file
from happysad.pipeline.cnn.augmentation import Augmentation
from happysad.pipeline.cnn.networks import ResNet, load_weights, weights_of
from happysad.pipeline.cnn.preprocessing import CHUNK
from happysad.pipeline.cnn.training import seeded
from happysad.utils.errors import UserError

AUGMENTATION = Augmentation(15, 0.18, True, shift=0.06, photo=True, erase=True)
BATCH, LEARNING_RATE, WEIGHT_DECAY, SMOOTHING, DROPOUT = 64, 3e-3, 0.02, 0.1, 0.2
EMA_DECAY = 0.999

Report = Callable[[int, float, nn.Module], object]
"""Told after each epoch: its number, the training loss, the averaged network."""


def pretrain(
    images: NDArray[np.uint8],
    targets: NDArray[np.int64],
    n_classes: int,
    *,
    epochs: int,
    seed: int = 0,
    start: Mapping[str, NDArray[np.float32]] | None = None,
    learning_rate: float = LEARNING_RATE,
    report: Report = lambda epoch, loss, network: None,
) -> nn.Module:
    """A ``ResNet`` with an output a class, trained.

    Parameters
    ----------
    images : (n, 1, S, S) uint8
    targets : (n,) int64
        From 0 to ``n_classes - 1``.
    n_classes, epochs, seed : int
        The same seed gives the same weights on the same machine with as many threads.
    start : mapping of str to array, optional
        Weights by layer, of as many outputs, to go on from: a cycle with half the warm-up.
    learning_rate : float
        The highest of the cycle.
    report : callable
        Called with epoch, loss and network after each epoch.

    Returns
    -------
    torch.nn.Module
        The moving average of the weights, for ``class_logits`` and ``weights_of``.
    """
    with seeded(seed):
        network = ResNet(DROPOUT, images.shape[1], n_classes)
        if start is not None:
            load_weights(network, start)
        averaged = AveragedModel(network, avg_fn=_moved, use_buffers=True)
        pixels, labels = torch.from_numpy(images), torch.from_numpy(targets)
        optimizer = _optimizer(network)
        steps = epochs * math.ceil(len(pixels) / BATCH)
        cycle = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, learning_rate, total_steps=steps, pct_start=0.2 if start is None else 0.1
        )
        for epoch in range(epochs):
            network.train()
            total = 0.0
            for rows in torch.split(torch.randperm(len(pixels)), BATCH):
                batch = AUGMENTATION(pixels[rows].float() / 255)
                output = network(batch.contiguous(memory_format=torch.channels_last))
                loss = F.cross_entropy(output, labels[rows], label_smoothing=SMOOTHING)
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                cycle.step()
                averaged.update_parameters(network)
                total += loss.item() * len(rows)
            report(epoch + 1, total / len(pixels), averaged.module)
    module: nn.Module = averaged.module
    return module


def _optimizer(network: nn.Module) -> torch.optim.Optimizer:
    """AdamW whose weight decay is for matrices, not for biases and batch norm."""
    matrices = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    groups = [
        {"params": matrices, "weight_decay": WEIGHT_DECAY},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=LEARNING_RATE)


def _moved(average: Tensor, new: Tensor, n: Tensor | int) -> Tensor:
    """The moving average after ``n`` earlier steps: shorter at first, so that it has a start."""
    return average + (new - average) * (1 - min(EMA_DECAY, (1 + float(n)) / (10 + float(n))))


def class_logits(network: nn.Module, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The network's outputs (n, classes) for images (n, C, S, S), mean of image and mirror."""
    network.eval()
    parts = [np.zeros((0, 0))] if not len(images) else []
    with torch.inference_mode():
        for start in range(0, len(images), CHUNK):
            part = torch.from_numpy(images[start : start + CHUNK]).float() / 255
            part = part.contiguous(memory_format=torch.channels_last)
            parts.append(((network(part) + network(part.flip(3))) / 2).double().numpy())
    return np.concatenate(parts)


def publish_weights(
    path: Path,
    network: nn.Module,
    classes: Sequence[str],
    images: NDArray[np.uint8],
    labels: NDArray[np.str_],
) -> tuple[float, float]:
    """Write the weights file of a network; give scale and bias of the logit of sad.

    These are fitted by logistic regression on ``images`` (n, 1, S, S) uint8, which the network
    was not trained on; of them those labelled happy and sad count.
    """
    names = list(classes)
    rows = np.isin(labels, weights_file.CLASSES)
    if len(set(labels[rows])) < 2:
        raise UserError("the scale of the logit is fitted on happy and sad faces: give some")
    happy, sad = (names.index(name) for name in weights_file.CLASSES)
    outputs = class_logits(network, images[rows])
    margin = (outputs[:, sad] - outputs[:, happy])[:, None]
    fitted = LogisticRegression(C=np.inf).fit(margin, labels[rows] == "sad")
    scale, bias = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    weights_file.save_weights(path, weights_of(network), names, scale, bias)
    return scale, bias
