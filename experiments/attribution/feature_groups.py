"""The columns of an extractor in groups that a reader knows by name."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.features.landmarks import EXPRESSIONS
from happysad.features.visual_words import PATCH, SIDE, STEP

Columns = NDArray[np.intp]

REGIONS = (("brows", 0.24), ("eyes", 0.42), ("nose", 0.66), ("mouth", 1.0))
"""Bands of the aligned crop from its top, each with the height at which it ends. The features
lie there on FER2013's training faces: brows at 0.15 to 0.23, eyes at 0.28 to 0.33, the nose's tip
and base at 0.54 to 0.63, the mouth at 0.69 to 0.86."""

LANDMARK_REGIONS = {
    "jaw": range(17), "brows": range(17, 27), "nose": range(27, 36), "eyes": range(36, 48),
    "mouth": range(48, 68),
}  # fmt: skip
"""Landmarks of each part of the face, iBUG 300-W order."""

_HOG = re.compile(r"hog_block[\d.]+_cell(\d+)\.")
_LBP = re.compile(r"lbp_(cell|between)(\d+)\.")
_WORDS = re.compile(r"bovw_cell(\d+)\.")
_POINTS = re.compile(r"(?:landmark|slope)_(\d+)_(\d+)?")
_MEASURED = {"mouth": ("mouth", "lip", "nose_to"), "eyes": ("eye",), "brows": ("brow",)}


def feature_groups(extractor: Any, size: int) -> dict[str, Columns]:
    """Name of each group to its columns; a column can be in several groups.

    Landmark geometry: coordinates, slopes, each named measure of an expression, and for each
    part of the face all columns that a landmark of it has a share in. HOG, LBP and visual words:
    by the band of the face that a cell's centre lies in. Of every extractor, last, all columns.

    Parameters
    ----------
    extractor : FaceFeature
    size : int
        Side of the crops in pixels.
    """
    names = [str(name) for name in extractor._names(size)]
    groups: dict[str, list[int]] = {}
    for column, name in enumerate(names):
        for group in _groups(name, extractor, size):
            groups.setdefault(group, []).append(column)
    groups["all"] = list(range(len(names)))
    return {group: np.array(columns, np.intp) for group, columns in groups.items()}


def _groups(name: str, extractor: Any, size: int) -> list[str]:
    if found := _HOG.match(name):
        return [region((int(found[1]) + 0.5) * extractor.cell / size)]
    if found := _LBP.match(name):
        half = 0.5 if found[1] == "cell" else 1.0
        return [region((int(found[2]) + half) / extractor.grid)]
    if found := _WORDS.match(name):
        margin = (PATCH - STEP) / 2 / SIDE  # the middles of patches keep away from the border
        return [region(margin + (int(found[1]) + 0.5) * (1 - 2 * margin) / extractor.grid)]
    if name in EXPRESSIONS:
        parts = [part for part, begins in _MEASURED.items() if name.startswith(begins)]
        return [name, *(f"with the {part}" for part in parts)]
    if found := _POINTS.match(name):
        points = {int(point) for point in found.groups() if point}
        parts = [part for part, own in LANDMARK_REGIONS.items() if points & set(own)]
        kind = "coordinates" if name.startswith("landmark") else "slopes"
        return [kind, *(f"with the {part}" for part in parts)]
    return []


def region(height: float) -> str:
    """The band of the face at a height of the crop, from 0 at its top to 1."""
    return next((name for name, end in REGIONS if height < end), REGIONS[-1][0])
