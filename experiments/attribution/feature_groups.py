"""The columns of an extractor in groups that a reader knows by name."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from happysad.features.base import FaceFeature
from happysad.features.landmarks import EXPRESSIONS
from happysad.pipeline.explain.face_regions import LANDMARKS, band_at, column_centers

Columns = NDArray[np.intp]

_POINTS = re.compile(r"(landmark|slope)_(\d+)_(\d+)?")
_MEASURED = {"mouth": ("mouth", "lip", "nose_to"), "eyes": ("eye",), "brows": ("brow",)}


def feature_groups(extractor: FaceFeature, size: int) -> dict[str, Columns]:
    """Name of each group to its columns; a column can be in several groups.

    Landmark geometry: coordinates, slopes, each named measure of an expression, and for each
    part of the face all columns that a landmark of it has a share in. HOG, LBP, visual words and
    pixels: by the band of the face that the centre of a cell lies in. Of every extractor, last,
    all columns. ``size`` is the side of the crops in pixels.
    """
    names = [str(name) for name in extractor._names(size)]
    centers = column_centers(extractor, size)
    if centers is None:
        by_column = [_landmark_groups(name) for name in names]
    else:
        by_column = [[band] for band in band_at(centers[1]).tolist()]
    groups: dict[str, list[int]] = {}
    for column, own in enumerate(by_column):
        for group in own:
            groups.setdefault(group, []).append(column)
    groups["all"] = list(range(len(names)))
    return {group: np.array(columns, np.intp) for group, columns in groups.items()}


def _landmark_groups(name: str) -> list[str]:
    """The groups of a column of ``LandmarkGeometry``; none of another extractor's."""
    if name in EXPRESSIONS:
        parts = [part for part, begins in _MEASURED.items() if name.startswith(begins)]
        return [name, *(f"with the {part}" for part in parts)]
    if found := _POINTS.match(name):
        points = {int(point) for point in found.groups()[1:] if point}
        parts = [part for part, own in LANDMARKS.items() if points & set(range(68)[own])]
        kind = "coordinates" if found[1] == "landmark" else "slopes"
        return [kind, *(f"with the {part}" for part in parts)]
    return []
