"""Histograms of oriented gradients of the aligned crop."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.features.base import FaceFeature, Mirror
from happysad.features.batch import Faces

_EPSILON = 1e-5  # as in skimage.feature.hog


def hog(
    images: NDArray[Any],
    cell: int = 12,
    block: int = 2,
    bins: int = 18,
    signed: bool = True,
    interpolate: bool = True,
) -> NDArray[np.float32]:
    """HOG of a batch of square grey images, blocks normalised by L2-Hys.

    Dalal and Triggs (2005), Histograms of oriented gradients for human detection.
    With ``signed=False, interpolate=False`` it gives ``skimage.feature.hog``'s numbers.

    Parameters
    ----------
    images : (n, S, S) uint8 or float
    cell : int
        Side of a cell in pixels.
    block : int
        Side of a normalisation block in cells; blocks overlap by all cells but one.
    bins : int
        Orientations.
    signed : bool
        Tell dark-to-bright from bright-to-dark (360 degrees), or not (180).
    interpolate : bool
        Share a gradient among the two nearest orientations, which makes the descriptor
        steadier, or give it to the one it falls in.

    Returns
    -------
    (n, (k - block + 1)^2 * block^2 * bins) float32, k = S // cell
        Ordered by block row, block column, cell row, cell column, orientation.

    Raises
    ------
    ValueError
        A block does not fit into the image.
    """
    hog_length(images.shape[1], cell, block, bins)
    magnitude, angle = _gradients(images, exact=not interpolate)
    k = images.shape[1] // cell
    side = k * cell
    histograms = _histograms(
        magnitude[:, :side, :side], angle[:, :side, :side], cell, bins, signed, interpolate
    )
    return _normalised_blocks(histograms, block).reshape(len(images), -1)


def hog_length(size: int, cell: int, block: int, bins: int) -> int:
    """Numbers per image of ``hog``; ValueError where a block does not fit into the image."""
    if min(cell, block, bins) < 1:
        raise ValueError(f"HOG's cell, block and bins are 1 or more, not {cell}, {block}, {bins}")
    blocks = size // cell - block + 1
    if blocks < 1:
        raise ValueError(f"a HOG block of {block} cells of {cell} pixels exceeds {size} pixels")
    return blocks**2 * block**2 * bins


def _gradients(
    images: NDArray[Any], exact: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Magnitude and angle of central differences; 0 along the border.

    OpenCV's angles are quick but err by 0.01 degree, which puts gradients on the edge of two
    bins (45 degrees of 8 bins) into the lower or the upper one.
    """
    import cv2

    pixels = images.astype(np.float32)
    dx, dy = np.zeros_like(pixels), np.zeros_like(pixels)
    np.subtract(pixels[:, :, 2:], pixels[:, :, :-2], out=dx[:, :, 1:-1])
    np.subtract(pixels[:, 2:], pixels[:, :-2], out=dy[:, 1:-1])
    flat = (len(images) * images.shape[1], images.shape[2])
    polar = cv2.cartToPolar(dx.reshape(flat), dy.reshape(flat))
    magnitude, angle = (np.asarray(part, np.float32).reshape(pixels.shape) for part in polar)
    if exact:
        angle = np.arctan2(dy, dx) + np.float32(1e-6)
    return magnitude, angle


def _histograms(
    magnitude: NDArray[np.float32],
    angle: NDArray[np.float32],
    cell: int,
    bins: int,
    signed: bool,
    interpolate: bool,
) -> NDArray[np.float32]:
    """Mean magnitude by orientation in each cell: (n, k, k, bins)."""
    n, side, _ = magnitude.shape
    k = side // cell
    position = angle * np.float32(bins / (2 * np.pi if signed else np.pi))
    if interpolate:
        position -= np.float32(0.5)
    exact = position.astype(np.float64)
    floor = np.floor(exact)
    low = floor.astype(np.intp)
    first = _first_bins(side, cell, bins)
    if n > 1:
        first = first + (np.arange(n) * (k * k * bins))[:, None, None]
    total, weights = n * k * k * bins, magnitude.astype(np.float64)
    if not interpolate:
        sums = _summed(first, low, 0, bins, weights, total)
    else:
        share = np.subtract(exact, floor, out=exact)
        sums = _summed(first, low, 0, bins, weights * (1 - share), total)
        share *= weights
        sums += _summed(first, low, 1, bins, share, total)
    return (sums / cell**2).reshape(n, k, k, bins).astype(np.float32)


def _summed(
    first: NDArray[np.intp],
    low: NDArray[np.intp],
    step: int,
    bins: int,
    weights: NDArray[np.float64],
    total: int,
) -> NDArray[np.float64]:
    """Weights added up in the bins ``step`` after ``low``, around the circle: (total,)."""
    # Wrapping indices in ``take`` costs a third of the remainder operator.
    index = _circle(bins, step).take(low, mode="wrap")
    index += first
    return np.asarray(np.bincount(index.ravel(), weights.ravel(), total), np.float64)


@lru_cache(maxsize=16)
def _circle(bins: int, step: int) -> NDArray[np.intp]:
    """The bin that lies ``step`` after each."""
    after: NDArray[np.intp] = (np.arange(bins) + step) % bins
    return after


@lru_cache(maxsize=16)
def _first_bins(side: int, cell: int, bins: int) -> NDArray[np.intp]:
    """Where the histogram of each pixel's cell begins among those of one image: (side, side)."""
    row = np.arange(side) // cell
    first = (row[:, None] * (side // cell) + row) * bins
    first.setflags(write=False)
    return first


def _normalised_blocks(histograms: NDArray[np.float32], block: int) -> NDArray[np.float32]:
    """L2-Hys: scale each block to length 1, clip at 0.2, scale again."""
    n, k, _, bins = histograms.shape
    m = k - block + 1
    blocks = np.empty((n, m, m, block, block, bins), np.float32)
    for i in range(block):
        for j in range(block):
            blocks[:, :, :, i, j] = histograms[:, i : i + m, j : j + m]
    unit = _to_unit(blocks.reshape(n, m * m, block * block * bins))
    return _to_unit(np.minimum(unit, np.float32(0.2), out=unit))


def _to_unit(blocks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale each block to length 1, in place; a blank one stays blank."""
    length = np.sqrt(np.square(blocks).sum(axis=2, keepdims=True) + np.float32(_EPSILON**2))
    blocks /= length
    return blocks


class Hog(FaceFeature):
    """HOG of each face as a scikit-learn transformer; see ``hog`` for the parameters."""

    def __init__(
        self,
        cell: int = 12,
        block: int = 2,
        bins: int = 18,
        signed: bool = True,
        interpolate: bool = True,
    ) -> None:
        self.cell = cell
        self.block = block
        self.bins = bins
        self.signed = signed
        self.interpolate = interpolate

    def _describe(self, faces: Faces) -> NDArray[np.float32]:
        return hog(faces.crops, self.cell, self.block, self.bins, self.signed, self.interpolate)

    def mirror_columns(self, size: int) -> Mirror | None:
        """Columns of blocks and cells change sides, and so do orientations; see the base."""
        length = hog_length(size, self.cell, self.block, self.bins)
        if size % self.cell or not self.interpolate or (self.signed and self.bins % 2):
            return None  # the cells of the mirror image are others, or their bins are
        side = size // self.cell - self.block + 1
        columns = np.arange(length).reshape(side, side, self.block, self.block, self.bins)
        turned = (self.bins // (1 + self.signed) - 1 - np.arange(self.bins)) % self.bins
        order = columns[:, ::-1, :, ::-1, turned].ravel()
        return order, np.ones(length, np.float32)

    def _names(self, size: int) -> list[str]:
        hog_length(size, self.cell, self.block, self.bins)
        blocks, inner = range(size // self.cell - self.block + 1), range(self.block)
        return [
            f"hog_block{r}.{c}_cell{r + i}.{c + j}_bin{b}"
            for r in blocks
            for c in blocks
            for i in inner
            for j in inner
            for b in range(self.bins)
        ]
