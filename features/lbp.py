"""Histograms of uniform local binary patterns of the aligned crop."""

from __future__ import annotations

from functools import cache
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils._param_validation import Interval

from happysad.features.base import FaceFeature
from happysad.features.faces.face_batch import Faces

Array = NDArray[np.float64]

N_POINTS = 8
N_PATTERNS = N_POINTS * (N_POINTS - 1) + 3
"""59: the 58 patterns of at most two changes around the circle, and all the others as one."""


def lbp_codes(images: NDArray[np.uint8], radius: float = 2.0) -> NDArray[np.uint8]:
    """Uniform pattern of each pixel, 0 to 58, of (n, S, S) uint8 images; edges are repeated.

    ``radius`` is that of the circle of 8 neighbours in pixels, interpolated bilinearly. The codes
    are those of scikit-image's ``local_binary_pattern(image, 8, radius, "nri_uniform")``.
    """
    import cv2

    margin = int(np.ceil(radius))
    codes = np.empty(images.shape, np.uint8)
    for image, out in zip(images, codes, strict=True):
        padded = cv2.copyMakeBorder(image, *(margin,) * 4, cv2.BORDER_REPLICATE)
        cv2.LUT(_bits(np.asarray(padded, np.float64), margin, radius), _patterns(), out)
    return codes


def _bits(padded: Array, margin: int, radius: float) -> NDArray[np.uint8]:
    """Bit i of a pixel: whether neighbour i, anticlockwise from the right, is not darker."""
    height, width = (side - 2 * margin for side in padded.shape)
    pixels = np.ascontiguousarray(padded[margin : margin + height, margin : margin + width])
    bits = np.zeros((height, width), np.uint8)
    columns = {}
    for i, (y, x) in enumerate(_offsets(radius)):
        if x not in columns:
            left, weights = margin + int(np.floor(x)), _weights(x, margin, width)
            pair = padded[:, left : left + width], padded[:, left + 1 : left + 1 + width]
            columns[x] = _between(*pair, weights)
        top, weights = margin + int(np.floor(y)), _weights(y, margin, height, width)
        pair = columns[x][top : top + height], columns[x][top + 1 : top + 1 + height]
        bits |= (_between(*pair, weights) >= pixels).view(np.uint8) << np.uint8(i)
    return bits


def _between(first: Array, second: Array, weights: tuple[Array, Array] | None) -> Array:
    """Linear interpolation of two pixels."""
    if weights is None:
        return first
    out = weights[0] * first
    out += weights[1] * second
    return out


@cache
def _offsets(radius: float) -> list[tuple[float, float]]:
    """y and x of each neighbour from the pixel, to 5 digits as scikit-image has them."""
    angles = 2 * np.pi * np.arange(N_POINTS) / N_POINTS
    ys, xs = np.round([-radius * np.sin(angles), radius * np.cos(angles)], 5).tolist()
    return list(zip(ys, xs, strict=True))


@cache
def _weights(offset: float, start: int, count: int, repeats: int = 0) -> tuple[Array, Array] | None:
    """Shares of the pixels before and after places ``offset`` from ``start`` and on: (count,).

    (count, repeats) for rows; None where all places are pixels. The places are rounded, as
    scikit-image's are: that decides about neighbours just as bright as the pixel.
    """
    places = np.arange(start, start + count) + offset
    far = places - np.floor(places)
    if not far.any():
        return None
    far = np.repeat(far[:, None], repeats, axis=1) if repeats else far
    return 1 - far, far


@cache
def _patterns() -> NDArray[np.uint8]:
    """The pattern of each 8 bits: by the number of ones and where they begin, or "others"."""
    table = np.full(2**N_POINTS, N_PATTERNS - 1, np.uint8)
    table[0], table[-1] = 0, N_PATTERNS - 2
    for ones in range(1, N_POINTS):
        for turn in range(N_POINTS):
            bits = sum(1 << (i - turn) % N_POINTS for i in range(ones))
            table[bits] = 1 + (ones - 1) * N_POINTS + turn
    return table


def lbp(
    images: NDArray[np.uint8],
    radius: float = 2.0,
    grid: int = 8,
    root: bool = True,
    overlap: bool = False,
) -> NDArray[np.float32]:
    """LBP histograms of (n, S, S) uint8 images, (n, d) float32; ``Lbp`` names the parameters."""
    size = images.shape[1]
    _check_grid(size, grid)
    codes = lbp_codes(images, radius)
    histograms = [_histograms(codes, grid)]
    if overlap and grid > 1:
        half = size // grid // 2
        histograms.append(_histograms(codes[:, half : size - half, half : size - half], grid - 1))
    rows = np.concatenate(histograms, axis=1)
    return np.asarray(np.sqrt(rows, out=rows) if root else rows, np.float32)


def _histograms(codes: NDArray[np.uint8], grid: int) -> NDArray[np.float64]:
    """Proportion of each pattern in each cell: (n, grid^2 * 59)."""
    starts, pixels = _cells(codes.shape[1], grid)
    counts = np.empty((len(codes), len(pixels)))
    for one, row in zip(codes, counts, strict=True):
        row[:] = np.bincount((starts + one).ravel(), minlength=len(pixels))
    return np.divide(counts, pixels, out=counts)


@cache
def _cells(size: int, grid: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For each pixel where its cell's histogram starts, and how many pixels are in each cell."""
    band = np.arange(size) * grid // size
    starts = (band[:, None] * grid + band) * N_PATTERNS
    in_band = np.bincount(band)
    return starts, np.repeat(np.outer(in_band, in_band).ravel(), N_PATTERNS)


def _check_grid(size: int, grid: int) -> None:
    if size // grid < 4:
        raise ValueError(f"an LBP grid of {grid} x {grid} cells is too fine for {size} pixels")


class Lbp(FaceFeature):
    """LBP histograms of each face, (n, grid^2 * 59) float32; the 59 squares of a cell sum to 1.

    Ojala, Pietikäinen and Mäenpää (2002), Multiresolution gray-scale and rotation invariant
    texture classification with local binary patterns; of a grid of cells as in Ahonen et al.
    (2006), Face description with local binary patterns. A cell has at least 4 x 4 pixels.

    Parameters
    ----------
    radius : float
        Of the circle of 8 neighbours, in pixels.
    grid : int
        Cells along a side.
    root : bool
        Take the square root of each proportion: the Euclidean distance of two histograms is then
        their Hellinger distance (Arandjelović and Zisserman 2012).
    overlap : bool
        Add a second grid, shifted by half a cell: (n, (grid^2 + (grid - 1)^2) * 59).
    symmetric : bool
        Give the mean of the features of the face and of its mirror image.

    Examples
    --------
    >>> from happysad.features import FaceAligner, Lbp
    >>> from skimage.data import astronaut
    >>> Lbp().fit_transform(FaceAligner().transform([astronaut()])).shape
    (1, 3776)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "radius": [Interval(Real, 0, None, closed="neither")],
        "grid": [Interval(Integral, 1, None, closed="left")],
        "root": ["boolean"],
        "overlap": ["boolean"],
        "symmetric": ["boolean"],
    }

    def __init__(
        self,
        radius: float = 2.0,
        grid: int = 8,
        root: bool = True,
        overlap: bool = False,
        symmetric: bool = False,
    ) -> None:
        self.radius = radius
        self.grid = grid
        self.root = root
        self.overlap = overlap
        self.symmetric = symmetric

    def _extract(self, faces: Faces) -> NDArray[np.float32]:
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
