"""Regions of the aligned crop: brows, eyes, nose, cheeks, mouth and jaw, for want of better."""

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

REGIONS = ("brows", "eyes", "nose", "cheeks", "mouth", "jaw")

LANDMARKS = {
    "jaw": slice(0, 17),
    "brows": slice(17, 27),
    "nose": slice(27, 36),
    "eyes": slice(36, 48),
    "mouth": slice(48, 68),
}
"""Which of the 68 landmarks lie in a region; the cheeks have none."""

_PLACE = re.compile(r"_(?:cell|between)(\d+)\.(\d+)_|_(\d+)\.(\d+)$")


def region_at(x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.intp]:
    """Number in ``REGIONS`` of each place of an aligned crop.

    The eyes of all crops lie on the same places, so fixed borders serve; they are symmetric, as
    a region of a mirrored face is the region of the face. "brows" has the forehead in it, and
    "jaw" the corners beside the mouth and the chin.

    Parameters
    ----------
    x, y : arrays of one shape
        Shares of the crop's side, from its left and its top.
    """
    aside = np.abs(x - 0.5)
    middle = np.where(aside < 0.14, REGIONS.index("nose"), REGIONS.index("cheeks"))
    lips = (aside < 0.25) & (y < 0.92)
    low = np.where(lips, REGIONS.index("mouth"), REGIONS.index("jaw"))
    rows = [np.asarray(y) < border for border in (0.25, 0.40, 0.64)]
    return np.select(rows, [0, 1, middle], low)


def region_masks(size: int) -> NDArray[np.float32]:
    """How much each pixel belongs to each region, 0 to 1 with soft borders: (6, S, S) float32."""
    import cv2

    place = (np.arange(size) + 0.5) / size
    regions = region_at(*np.meshgrid(place, place))
    sigma = size / 48
    masks = [(regions == k).astype(np.float32) for k in range(len(REGIONS))]
    return np.stack([cv2.GaussianBlur(mask, (0, 0), sigma) for mask in masks])


def column_regions(extractor: FaceFeature, size: int) -> NDArray[np.intp] | None:
    """Number in ``REGIONS`` of each column of an extractor; None where columns have no place.

    Parameters
    ----------
    extractor : FaceFeature
        ``Hog``, ``Lbp``, ``VisualWords`` and ``Pixels`` look at a place in each column.
    size : int
        Side of the crops in pixels.
    """
    if not isinstance(extractor, Hog | Lbp | VisualWords | Pixels):
        return None
    names = [str(name) for name in extractor.get_feature_names_out()]
    places = []
    for name in names:
        found = _PLACE.search(name)
        assert found is not None, name
        row, column = (int(number) for number in found.groups() if number is not None)
        places.append((column + 0.5, row + 0.5))
    x, y = np.array(places).T
    start, step = np.array([_grid(extractor, "between" in name, size) for name in names]).T
    return region_at(start + x * step, start + y * step)


def _grid(
    extractor: Hog | Lbp | VisualWords | Pixels, between: bool, size: int
) -> tuple[float, float]:
    """Where a grid of cells starts, and how wide a cell is, as shares of the side."""
    if isinstance(extractor, Hog):
        return 0.0, extractor.cell / size
    if isinstance(extractor, Pixels):
        return 0.0, 1 / extractor.size
    if isinstance(extractor, VisualWords):
        margin = (PATCH - STEP) / 2 / SIDE  # the middles of patches keep away from the border
        return margin, (1 - 2 * margin) / extractor.grid
    if not between:
        return 0.0, 1 / extractor.grid
    half = size // extractor.grid // 2 / size
    return half, (1 - 2 * half) / (extractor.grid - 1)
