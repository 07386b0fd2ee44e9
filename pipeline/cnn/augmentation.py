"""Random changes of the faces that a CNN is trained on. Imports torch."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class Augmentation:
    """Random changes of a batch, each image's its own.

    Nothing is drawn for what is not asked for, so a seed gives the same rotations with and
    without the rest.

    Parameters
    ----------
    rotation : float
        Largest rotation either way in degrees.
    zoom : float
        Largest change of scale either way: 0.1 is 0.9 to 1.1 times.
    flip : bool
        Every second image is mirrored.
    shift : float
        Largest shift either way along either axis, as a fraction of the side.
    photo : bool
        What cameras and files do: blur, coarse pixels, gamma, contrast, brightness, noise.
    erase : bool
        A rectangle of three images in ten is filled with one grey (Zhong et al. 2020, Random
        erasing data augmentation).

    Examples
    --------
    >>> import torch
    >>> from happysad.pipeline.cnn.augmentation import Augmentation
    >>> augment = Augmentation(rotation=15, zoom=0.2, flip=True, photo=True)
    >>> augment(torch.rand(4, 1, 48, 48)).shape
    torch.Size([4, 1, 48, 48])
    """

    rotation: float
    zoom: float
    flip: bool
    shift: float = 0.0
    photo: bool = False
    erase: bool = False

    def __call__(self, images: Tensor) -> Tensor:
        """(n, C, S, S) float32 in [0, 1] -> the same; the border is repeated outward."""
        n = len(images)
        angle = _either_way(n) * math.radians(self.rotation)
        scale = 1 / (1 + _either_way(n) * self.zoom)
        mirror = torch.where(torch.rand(n) < 0.5 * self.flip, -1.0, 1.0)
        theta = torch.zeros(n, 2, 3)
        theta[:, 0, 0] = scale * angle.cos() * mirror
        theta[:, 0, 1] = -scale * angle.sin()
        theta[:, 1, 0] = scale * angle.sin() * mirror
        theta[:, 1, 1] = scale * angle.cos()
        if self.shift:
            theta[:, :, 2] = (torch.rand(n, 2) * 2 - 1) * 2 * self.shift  # the image is 2 wide
        grid = F.affine_grid(theta, list(images.shape), align_corners=False)
        images = F.grid_sample(images, grid, padding_mode="border", align_corners=False)
        if self.photo:
            images = _noisy(_lit(_coarse(_blurred(images))))
        return _erased(images) if self.erase else images


def _either_way(n: int) -> Tensor:
    return torch.rand(n) * 2 - 1


def _some(n: int, share: float) -> Tensor:
    """The numbers of ``share`` of ``n`` images."""
    return torch.nonzero(torch.rand(n) < share)[:, 0]


def _per_image(values: Tensor) -> Tensor:
    return values.view(-1, 1, 1, 1)


def _blurred(images: Tensor) -> Tensor:
    """A quarter of them, with one Gaussian a batch: a pixel in 48 or so."""
    rows = _some(len(images), 0.25)
    sigma = float(torch.rand(1) * 1.3 + 0.4) * images.shape[3] / 48
    if len(rows):
        reach = min(math.ceil(2 * sigma), images.shape[3] - 1)
        kernel = torch.exp(-(torch.arange(-reach, reach + 1.0) ** 2) / (2 * sigma**2))
        kernel /= kernel.sum()
        planes = F.pad(images[rows], (reach,) * 4, mode="replicate").flatten(0, 1)[:, None]
        planes = F.conv2d(F.conv2d(planes, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1))
        images[rows] = planes.reshape(len(rows), *images.shape[1:])
    return images


def _coarse(images: Tensor) -> Tensor:
    """A tenth of them, as if enlarged from three to seven tenths of the side."""
    rows, side = _some(len(images), 0.1), images.shape[3]
    small = max(1, round(side * float(torch.rand(1) * 0.37 + 0.3)))
    if len(rows):
        shrunk = F.interpolate(images[rows], (small, small), mode="area")
        images[rows] = F.interpolate(shrunk, (side, side), mode="bicubic", align_corners=False)
    return images


def _lit(images: Tensor) -> Tensor:
    """Gamma of every second one; contrast and brightness of all."""
    n = len(images)
    gamma = torch.where(torch.rand(n) < 0.5, torch.exp(_either_way(n) * 0.6), 1.0)
    images = images.clamp(1e-4, 1) ** _per_image(gamma)
    mean = images.mean((1, 2, 3), keepdim=True)
    contrast, brightness = torch.exp(_either_way(n) * 0.35), _either_way(n) * 0.12
    return (images - mean) * _per_image(contrast) + mean + _per_image(brightness)


def _noisy(images: Tensor) -> Tensor:
    """Gaussian noise on a quarter of them."""
    n = len(images)
    deviation = torch.rand(n) * 0.07 * (torch.rand(n) < 0.25)
    return (images + torch.randn_like(images) * _per_image(deviation)).clamp(0, 1)


def _erased(images: Tensor) -> Tensor:
    side = images.shape[3]
    low, high = max(1, side // 8), max(2, side * 5 // 12)
    for row in _some(len(images), 0.3).tolist():
        height, width = torch.randint(low, high, (2,)).tolist()
        top = int(torch.randint(0, side - height, (1,)))
        left = int(torch.randint(0, side - width, (1,)))
        images[row, :, top : top + height, left : left + width] = torch.rand(1)
    return images
