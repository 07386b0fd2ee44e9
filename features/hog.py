"""Histograms of oriented gradients of the aligned crop."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.features.base import FaceFeature
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
    row = np.arange(side, dtype=np.int32) // cell
    first = (np.arange(n, dtype=np.int32)[:, None, None] * k + row[:, None]) * k + row
    first *= bins
    if interpolate:
        position -= np.float32(0.5)
    low = np.floor(position).astype(np.int32)
    share = position - low if interpolate else np.zeros(1, np.float32)
    total = n * k * k * bins
    sums = np.bincount((first + low % bins).ravel(), (magnitude * (1 - share)).ravel(), total)
    if interpolate:
        sums += np.bincount((first + (low + 1) % bins).ravel(), (magnitude * share).ravel(), total)
    return (sums / cell**2).reshape(n, k, k, bins).astype(np.float32)


def _normalised_blocks(histograms: NDArray[np.float32], block: int) -> NDArray[np.float32]:
    """L2-Hys: scale each block to length 1, clip at 0.2, scale again."""
    n, _, _, bins = histograms.shape
    window = np.lib.stride_tricks.sliding_window_view(histograms, (block, block), axis=(1, 2))
    blocks = np.ascontiguousarray(np.moveaxis(window, 3, 5)).reshape(n, -1, block * block * bins)
    return _unit(np.minimum(_unit(blocks), np.float32(0.2)))


def _unit(blocks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each block scaled to length 1; a blank one stays blank."""
    length = np.sqrt((blocks**2).sum(axis=2, keepdims=True) + np.float32(_EPSILON**2))
    return np.asarray(blocks / length, np.float32)


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
