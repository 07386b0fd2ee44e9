"""Histograms of uniform local binary patterns of the aligned crop."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from skimage.feature import local_binary_pattern
from sklearn.utils._param_validation import Interval

from happysad.features.base import FaceFeature
from happysad.features.faces.face_batch import Faces

N_POINTS = 8
N_PATTERNS = N_POINTS * (N_POINTS - 1) + 3
"""59: the 58 patterns of at most two changes around the circle, and all the others as one."""


def lbp_codes(images: NDArray[np.uint8], radius: float = 2.0) -> NDArray[np.uint8]:
    """Uniform pattern of each pixel, 0 to 58, of (n, S, S) uint8 images; edges are repeated.

    ``radius`` is that of the circle of 8 neighbours in pixels, interpolated bilinearly.
    """
    margin = int(np.ceil(radius))
    padded = np.pad(images, ((0, 0), (margin, margin), (margin, margin)), mode="edge")
    codes = [
        local_binary_pattern(image, N_POINTS, radius, "nri_uniform")  # type: ignore[no-untyped-call]
        for image in padded
    ]
    return np.array(codes, np.uint8)[:, margin:-margin, margin:-margin]


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
    n, size, _ = codes.shape
    band = np.arange(size) * grid // size
    cells = band[:, None] * grid + band + (np.arange(n) * grid**2)[:, None, None]
    counts = np.bincount((cells * N_PATTERNS + codes).ravel(), minlength=n * grid**2 * N_PATTERNS)
    pixels = np.outer(np.bincount(band), np.bincount(band)).reshape(-1, 1)
    return (counts.reshape(n, grid**2, N_PATTERNS) / pixels).reshape(n, -1)


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
    }

    def __init__(
        self, radius: float = 2.0, grid: int = 8, root: bool = True, overlap: bool = False
    ) -> None:
        self.radius = radius
        self.grid = grid
        self.root = root
        self.overlap = overlap

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
