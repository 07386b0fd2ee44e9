"""Histograms of oriented gradients of the aligned crop."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils._param_validation import Interval

from happysad.features.base import FaceFeature
from happysad.features.faces.face_batch import Faces


def hog(
    images: NDArray[np.uint8], cell: int = 12, block: int = 2, bins: int = 18, signed: bool = True
) -> NDArray[np.float32]:
    """HOG of (n, S, S) uint8 images by OpenCV, (n, d) float32; ``Hog`` names the parameters."""
    import cv2

    side = cell * (block_count(images.shape[1], cell, block) + block - 1)
    window, blocks, step = (side, side), (cell * block,) * 2, (cell, cell)
    derivative, sigma, l2_hys, clip, gamma, levels = 1, -1.0, 0, 0.2, False, 1
    descriptor = cv2.HOGDescriptor(
        window, blocks, step, step, bins, derivative, sigma, l2_hys, clip, gamma, levels, signed
    )
    rows = [descriptor.compute(np.ascontiguousarray(image[:side, :side])) for image in images]
    return np.array(rows, np.float32).reshape(len(images), -1)


def block_count(size: int, cell: int, block: int) -> int:
    """Blocks along a side of ``size`` pixels; ValueError where not one fits."""
    blocks = size // cell - block + 1
    if blocks < 1:
        raise ValueError(f"a HOG block of {block} cells of {cell} pixels exceeds {size} pixels")
    return blocks


class Hog(FaceFeature):
    """HOG of each face, (n, (k - block + 1)^2 * block^2 * bins) float32 with k = S // cell.

    Dalal and Triggs (2005), Histograms of oriented gradients for human detection: gradients are
    shared among neighbouring cells and orientations, blocks normalised by L2-Hys. Columns are
    ordered by block column, block row, cell column, cell row, orientation, as in OpenCV.

    Parameters
    ----------
    cell : int
        Side of a cell in pixels.
    block : int
        Side of a normalisation block in cells; blocks are one cell apart.
    bins : int
        Number of orientations.
    signed : bool
        Whether orientations span 360 degrees, dark-to-bright differing from bright-to-dark, or 180.
    symmetric : bool
        Give the mean of the features of the face and of its mirror image.

    Examples
    --------
    >>> from happysad.features import FaceAligner, Hog
    >>> from skimage.data import astronaut
    >>> Hog(cell=16).fit_transform(FaceAligner().transform([astronaut()])).shape
    (1, 1800)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "cell": [Interval(Integral, 2, None, closed="left")],
        "block": [Interval(Integral, 1, None, closed="left")],
        "bins": [Interval(Integral, 1, None, closed="left")],
        "signed": ["boolean"],
        "symmetric": ["boolean"],
    }

    def __init__(
        self,
        cell: int = 12,
        block: int = 2,
        bins: int = 18,
        signed: bool = True,
        symmetric: bool = False,
    ) -> None:
        self.cell = cell
        self.block = block
        self.bins = bins
        self.signed = signed
        self.symmetric = symmetric

    def _extract(self, faces: Faces) -> NDArray[np.float32]:
        return hog(faces.crops, self.cell, self.block, self.bins, self.signed)

    def _names(self, size: int) -> list[str]:
        blocks, inner = range(block_count(size, self.cell, self.block)), range(self.block)
        return [
            f"hog_block{r}.{c}_cell{r + i}.{c + j}_bin{b}"
            for c in blocks
            for r in blocks
            for j in inner
            for i in inner
            for b in range(self.bins)
        ]
