"""Regions of the aligned crop, and the columns of an extractor and the landmarks that lie there."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.features.base import FaceFeature
from happysad.features.hog import Hog
from happysad.features.lbp import Lbp
from happysad.features.pixels import Pixels
from happysad.features.visual_words import PATCH, SIDE, STEP, VisualWords

BANDS = {"brows": 0.25, "eyes": 0.40, "nose": 0.64, "mouth": 1.0}
"""Bands of the aligned crop from its top, and where each ends, as a share of the side. On
FER2013's training faces brows lie at 0.15 to 0.23, eyes at 0.28 to 0.33, the nose's tip and base
at 0.54 to 0.63, the mouth at 0.69 to 0.86."""

REGIONS = ("brows", "eyes", "nose", "cheeks", "mouth", "jaw")
"""The bands, less cheeks and jaw at the sides. "brows" has the forehead in it, and "jaw" the
corners beside the mouth and the chin."""

LANDMARKS = {
    "jaw": slice(0, 17),
    "brows": slice(17, 27),
    "nose": slice(27, 36),
    "eyes": slice(36, 48),
    "mouth": slice(48, 68),
}
"""Which of the 68 landmarks (iBUG 300-W order) lie in a region; the cheeks have none."""

_CELL = re.compile(r"_(?:cell|between)(\d+)\.(\d+)_|_(\d+)\.(\d+)$")


def band_at(y: NDArray[Any]) -> NDArray[np.str_]:
    """Name in ``BANDS`` of each height, as a share of the crop's side from its top."""
    ends = list(BANDS.values())[:-1]
    return np.array(list(BANDS))[np.searchsorted(ends, y, side="right")]


def region_at(x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.str_]:
    """Name in ``REGIONS`` of each point, as shares of the crop's side from its left and top.

    The eyes of all crops lie at the same points, so fixed, symmetric borders serve.
    """
    band, aside = band_at(y), np.abs(x - 0.5)
    cheeks = (band == "nose") & (aside >= 0.14)
    jaw = (band == "mouth") & ((aside >= 0.25) | (y >= 0.92))
    return np.asarray(np.select([cheeks, jaw], ["cheeks", "jaw"], band))


def region_masks(size: int) -> NDArray[np.float32]:
    """How much each pixel belongs to each region, 0 to 1 with soft borders: (6, S, S) float32."""
    import cv2

    middle = (np.arange(size) + 0.5) / size
    regions = region_at(*np.meshgrid(middle, middle))
    masks = [(regions == region).astype(np.float32) for region in REGIONS]
    return np.stack([cv2.GaussianBlur(mask, (0, 0), size / 48) for mask in masks])


def column_centers(extractor: FaceFeature, size: int) -> NDArray[np.float64] | None:
    """x and y of the place that each of ``d`` columns is computed from: (2, d), None without any.

    As shares of the side of crops of ``size`` pixels.
    """
    if not isinstance(extractor, Hog | Lbp | VisualWords | Pixels):
        return None
    names = extractor._names(size)
    cells = np.array(
        [[int(n) for n in found.groups() if n] for found in map(_CELL.search, names) if found]
    )
    start, step = np.array([_grid(extractor, "between" in name, size) for name in names]).T
    return np.asarray(start + (cells[:, ::-1].T + 0.5) * step)


def _grid(
    extractor: Hog | Lbp | VisualWords | Pixels, between: bool, size: int
) -> tuple[float, float]:
    """Where a grid of cells starts, and how wide a cell is, as shares of the side."""
    if isinstance(extractor, Hog):
        return 0.0, extractor.cell / size
    if isinstance(extractor, Pixels):
        return 0.0, 1 / extractor.size
    if isinstance(extractor, VisualWords):
        margin = (PATCH - STEP) / 2 / SIDE  # the centres of patches keep away from the border
        return margin, (1 - 2 * margin) / extractor.grid
    if not between:
        return 0.0, 1 / extractor.grid
    half = size // extractor.grid // 2 / size
    return half, (1 - 2 * half) / (extractor.grid - 1)
