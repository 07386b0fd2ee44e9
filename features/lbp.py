"""Histograms of uniform local binary patterns of the aligned crop."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.features.base import FaceFeature, Mirror
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
    margin, size = int(np.ceil(radius)), images.shape[1]
    pixels = _padded(images, margin)
    width, flat = pixels.shape[1], pixels.reshape(-1)
    # A neighbour of all pixels at once is the flat batch, shifted. What comes from another row or
    # image lies in the margin, which is cut off at the end.
    reach = margin * width + margin
    count = max(0, len(flat) - 2 * reach)
    # Interpolation rounds: neighbours equal to the centre must still count as equal.
    least = flat[reach : reach + count] - np.float32(1e-3)
    weighted: dict[np.float32, NDArray[np.float32]] = {np.float32(1): flat}
    value, codes = np.empty_like(least), np.zeros(len(flat), np.uint8)
    code = codes[reach : reach + count]
    for taps in reversed(_circle(radius)):
        parts = []
        for dy, dx, weight in taps:
            if weight not in weighted:
                weighted[weight] = weight * flat
            start = reach + dy * width + dx
            parts.append(weighted[weight][start : start + count])
        total = parts[0]
        for part in parts[1:]:
            total = np.add(total, part, out=value)
        code += code
        code |= (total >= least).view(np.uint8)
    inside = slice(margin, margin + size)
    return _pattern_table().take(codes.reshape(pixels.shape)[:, inside, inside])


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
    return np.asarray(np.sqrt(both, out=both) if root else both, np.float32)


def _histograms(codes: NDArray[np.uint8], grid: int) -> NDArray[np.float64]:
    """Share of each pattern in each cell: (n, grid^2 * 59)."""
    n, size, _ = codes.shape
    first, areas = _cells(size, grid)
    index = first + codes
    each = grid**2 * N_PATTERNS
    if n > 1:
        index += (np.arange(n) * each)[:, None, None]
    counts = np.bincount(index.ravel(), minlength=n * each)
    return (counts.reshape(n, grid**2, N_PATTERNS) / areas).reshape(n, each)


@lru_cache(maxsize=16)
def _cells(size: int, grid: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where the histogram of each pixel's cell begins, (size, size); pixels of the cells."""
    index = np.arange(size) * grid // size
    area = np.bincount(index, minlength=grid)
    first = (index[:, None] * grid + index) * N_PATTERNS
    return first, np.outer(area, area).reshape(-1, 1)


def _check_grid(size: int, grid: int) -> None:
    if grid < 1 or size // grid < 4:
        raise ValueError(f"an LBP grid of {grid} x {grid} cells is too fine for {size} pixels")


def _padded(images: NDArray[Any], margin: int) -> NDArray[np.float32]:
    """Images with their edges repeated (which ``np.pad`` does in ten times the time)."""
    n, size, _ = images.shape
    inside = slice(margin, margin + size)
    pixels = np.empty((n, size + 2 * margin, size + 2 * margin), np.float32)
    pixels[:, inside, inside] = images
    pixels[:, :margin, inside] = images[:, :1]
    pixels[:, margin + size :, inside] = images[:, -1:]
    pixels[:, :, :margin] = pixels[:, :, margin : margin + 1]
    pixels[:, :, margin + size :] = pixels[:, :, margin + size - 1 : margin + size]
    return pixels


@lru_cache(maxsize=16)
def _circle(radius: float) -> list[list[tuple[int, int, np.float32]]]:
    """For each neighbour the pixels it is interpolated from: dy, dx, weight."""
    angles = 2 * np.pi * np.arange(N_POINTS) / N_POINTS
    circle = []
    for y, x in zip(-radius * np.sin(angles), radius * np.cos(angles), strict=True):
        y, x = round(float(y), 5), round(float(x), 5)  # the axes are met exactly
        top, left = int(np.floor(y)), int(np.floor(x))
        rows = (top, top + 1 - y), (top + 1, y - top)
        columns = (left, left + 1 - x), (left + 1, x - left)
        circle.append([(r, c, np.float32(a * b)) for r, a in rows for c, b in columns if a * b > 0])
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


@cache
def _mirrored_patterns() -> NDArray[np.intp]:
    """For each of the 59 patterns the one that it is in the mirror."""
    table, turned = _pattern_table(), np.zeros(N_PATTERNS, np.intp)
    for code in range(256):
        points = [point for point in range(N_POINTS) if code >> point & 1]
        turned[table[code]] = table[sum(1 << (4 - point) % N_POINTS for point in points)]
    return turned


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

    def mirror_columns(self, size: int) -> Mirror | None:
        """Columns of cells change sides, and each pattern becomes its mirror image."""
        if size % self.grid or (self.overlap and size // self.grid % 2):
            return None  # the cells of the mirror image are others
        order, start = [], 0
        for side in (self.grid, self.grid - 1)[: 1 + self.overlap]:
            columns = np.arange(side**2 * N_PATTERNS).reshape(side, side, N_PATTERNS)
            order.append(start + columns[:, ::-1, _mirrored_patterns()].ravel())
            start += columns.size
        return np.concatenate(order), np.ones(start, np.float32)

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
