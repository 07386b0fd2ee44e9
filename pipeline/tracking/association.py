"""Where in a frame of a video to look for faces: near those that are known, and now and then
everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from happysad.features.faces.detector import MIN_SCORE, Box, Detection, find_faces, resized

KNOWN_FACE = 0.3
"""Lowest score at which a face is found where one was: lower than for a new one."""

NEAR = 0.9
"""How far round the middle of a known face to look, in sides of its box."""

SEEN_SIDE = 64
"""Pixels that a known face is brought to: the detector is as sure of it as of larger ones, at a
tenth of the cost of a whole frame."""

SAME = 0.5
"""Overlap above which two boxes are one face."""


class FaceAssociation:
    """Decides for each frame where to look.

    Parameters
    ----------
    search_s : float
        Seconds between two searches of the whole frame.
    min_score : float
        Lowest score of the detector that counts as a new face.
    """

    def __init__(self, search_s: float = 0.5, min_score: float = MIN_SCORE) -> None:
        self.search_s = search_s
        self.min_score = min_score
        self._last = -math.inf  # seconds of the last search

    def faces(
        self, gray: NDArray[np.uint8], boxes: Sequence[Box], seconds: float
    ) -> list[Detection]:
        """Faces of a frame: near the boxes of known ones, and everywhere where it is time.

        It is time, too, where a known face is missing, and as long as there are none.
        """
        known = min(KNOWN_FACE, self.min_score)
        found = unique(d for box in boxes for d in nearby(gray, box, known))
        missing = len(found) < max(1, len(boxes))
        if not missing and seconds - self._last < self.search_s:
            return found
        self._last = seconds
        return unique(found + find_faces(gray, self.min_score))


def nearby(gray: NDArray[np.uint8], box: Box, min_score: float) -> list[Detection]:
    """Faces in a window around a box, in pixels of the frame."""
    side = box[2] - box[0]
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    height, width = gray.shape
    left, top = (max(0, math.floor(v - NEAR * side)) for v in (x, y))
    right = min(width, math.ceil(x + NEAR * side))
    bottom = min(height, math.ceil(y + NEAR * side))
    if right - left < side / 2 or bottom - top < side / 2:
        return []  # the face has left the picture
    found = find_faces(resized(gray[top:bottom, left:right], SEEN_SIDE / side), min_score)
    return [
        Detection((b[0] + left, b[1] + top, b[2] + left, b[3] + top), score)
        for b, score, _ in found
    ]


def unique(detections: Iterable[Detection]) -> list[Detection]:
    """The surest first, and none of those that overlap a surer one."""
    kept: list[Detection] = []
    for one in sorted(detections, key=lambda d: -d.score):
        if all(overlap(one.box, other.box) < SAME for other in kept):
            kept.append(one)
    return kept


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection of two boxes over their union (Jaccard 1912), from 0 to 1."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    shared = across * down
    areas = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1])
    return shared / (areas - shared)
