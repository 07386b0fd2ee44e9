"""Histograms of uniform local binary patterns of the aligned crop."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.features.base import FaceFeature
from happysad.features.batch import Faces

N_POINTS = 8
N_PATTERNS = N_POINTS * (N_POINTS - 1) + 3
"""59: the 58 patterns of at most two changes around the circle, and all the others as one."""


def lbp_codes(images: NDArray[Any], radius: float = 2.0) -> NDArray[np.uint8]:
    """Uniform pattern of each pixel of a batch of grey images.

    Ojala, Pietikäinen and Mäenpää (2002), Multiresolution gray-scale and rotation invariant
    texture classification with local binary patterns. The numbering is that of
    ``skimage.feature.local_binary_pattern(..., P=8, method="nri_uniform")``; beyond the border
    the edge is repeated.

    Parameters
    ----------
    images : (n, S, S) uint8 or float
    radius : float
        Radius in pixels of the circle of 8 neighbours, read between pixels by bilinear
        interpolation.

    Returns
    -------
    (n, S, S) uint8 in [0, 58]
    """
    margin = int(np.ceil(radius))
    size = images.shape[1]
    pixels = np.pad(images.astype(np.float32), ((0, 0), (margin, margin), (margin, margin)), "edge")
    center = _shifted(pixels, margin, margin, size)
    code = np.zeros(center.shape, np.uint8)
    for point, taps in enumerate(_circle(radius)):
        value = np.zeros(center.shape, np.float32)
        for dy, dx, weight in taps:
            value += np.float32(weight) * _shifted(pixels, margin + dy, margin + dx, size)
        # Interpolation rounds: neighbours equal to the centre must still count as equal.
        code |= (value >= center - np.float32(1e-3)).view(np.uint8) << np.uint8(point)
    return _pattern_table()[code]


def lbp(
    images: NDArray[Any],
    radius: float = 2.0,
    grid: int = 8,
    root: bool = True,
    overlap: bool = False,
) -> NDArray[np.float32]:
    """Histograms of the patterns in each cell of a grid, as Ahonen et al. (2006) read faces.

    Parameters
    ----------
    images : (n, S, S) uint8 or float
    radius : float
        See ``lbp_codes``.
    grid : int
        Cells along a side.
    root : bool
        Take the square root of each share: Euclidean distance between histograms is then their
        Hellinger distance (Arandjelović and Zisserman 2012).
    overlap : bool
        Add a second grid, of one cell less along a side, shifted by half a cell: a mouth on the
        border of two cells of one grid is in the middle of a cell of the other.

    Returns
    -------
    (n, grid^2 * 59) float32, with ``overlap`` (n, (grid^2 + (grid - 1)^2) * 59)
        Ordered by grid, cell row, cell column, pattern; the 59 squares of a cell sum to 1.

    Raises
    ------
    ValueError
        A cell would be smaller than 4 pixels.
    """
    size = images.shape[1]
    _check_grid(size, grid)
    codes = lbp_codes(images, radius)
    shares = [_histograms(codes, grid)]
    if overlap and grid > 1:
        half = size // grid // 2
        shares.append(_histograms(codes[:, half : size - half, half : size - half], grid - 1))
    both = np.concatenate(shares, axis=1)
    return np.asarray(np.sqrt(both) if root else both, np.float32)


def _histograms(codes: NDArray[np.uint8], grid: int) -> NDArray[np.float64]:
    """Share of each pattern in each cell: (n, grid^2 * 59)."""
    n, size, _ = codes.shape
    index = np.arange(size, dtype=np.int32) * grid // size
    area = np.bincount(index, minlength=grid)
    cell = index[:, None] * grid + index
    first = (np.arange(n, dtype=np.int32)[:, None, None] * grid**2 + cell) * N_PATTERNS
    total = n * grid**2 * N_PATTERNS
    counts = np.bincount((first + codes).ravel(), minlength=total)
    shares = counts.reshape(n, grid, grid, N_PATTERNS) / np.outer(area, area)[:, :, None]
    return shares.reshape(n, -1)


def _check_grid(size: int, grid: int) -> None:
    if grid < 1 or size // grid < 4:
        raise ValueError(f"an LBP grid of {grid} x {grid} cells is too fine for {size} pixels")


def _shifted(pixels: NDArray[np.float32], top: int, left: int, size: int) -> NDArray[np.float32]:
    return pixels[:, top : top + size, left : left + size]


def _circle(radius: float) -> list[list[tuple[int, int, float]]]:
    """For each neighbour the pixels it is interpolated from: dy, dx, weight."""
    angles = 2 * np.pi * np.arange(N_POINTS) / N_POINTS
    circle = []
    for y, x in zip(-radius * np.sin(angles), radius * np.cos(angles), strict=True):
        y, x = round(float(y), 5), round(float(x), 5)  # the axes are met exactly
        top, left = int(np.floor(y)), int(np.floor(x))
        rows = (top, top + 1 - y), (top + 1, y - top)
        columns = (left, left + 1 - x), (left + 1, x - left)
        circle.append([(r, c, a * b) for r, a in rows for c, b in columns if a * b > 0])
    return circle


@cache
def _pattern_table() -> NDArray[np.uint8]:
    """From the 256 codes to the 59 patterns, numbered as skimage's ``nri_uniform`` does."""
    table = np.full(256, N_PATTERNS - 1, np.uint8)
    table[0], table[255] = 0, N_PATTERNS - 2
    for ones in range(1, N_POINTS):
        for turn in range(N_POINTS):
            code = sum(1 << (i - turn) % N_POINTS for i in range(ones))
            table[code] = 1 + (ones - 1) * N_POINTS + turn
    return table


class Lbp(FaceFeature):
    """LBP histograms of each face as a scikit-learn transformer; see ``lbp``."""

    def __init__(
        self, radius: float = 2.0, grid: int = 8, root: bool = True, overlap: bool = False
    ) -> None:
        self.radius = radius
        self.grid = grid
        self.root = root
        self.overlap = overlap

    def _describe(self, faces: Faces) -> NDArray[np.float32]:
        return lbp(faces.crops, self.radius, self.grid, self.root, self.overlap)

    def _names(self, size: int) -> list[str]:
        _check_grid(size, self.grid)
        grids = [("cell", self.grid), ("between", self.grid - 1)][: 1 + self.overlap]
        return [
            f"lbp_{name}{r}.{c}_pattern{p}"
            for name, side in grids
            for r in range(side)
            for c in range(side)
            for p in range(N_PATTERNS)
        ]
