"""A video frame: where the tracker searches it for faces, and the faces that it observes there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from happysad.features.faces.align import eye_centers
from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.detector import (
    MIN_SCORE,
    Box,
    Detection,
    Rescaled,
    find_faces,
    find_landmarks,
    rescaled,
    resized,
)
from happysad.features.faces.face_batch import Faces
from happysad.utils.image_decoding import to_gray

SEARCH_S = 0.5
"""Seconds between two searches of the whole frame."""

KNOWN_FACE_SCORE = 0.3
"""Lowest score at which a face is found where one was: lower than for a new one."""

WINDOW = 0.9
"""How far round the middle of a known face to search, in sides of its box."""

WINDOW_FACE_SIDE = 64
"""Pixels that a known face is resized to: the detector is as confident as of larger ones, at a
tenth of the cost of a whole frame."""

DUPLICATE_OVERLAP = 0.5
"""Overlap above which two detections are one face."""

APPEARANCE_SIDE = 24
"""Of the small picture by which a face is recognised again."""

MARGIN = 0.75
"""How much around a box belongs to its face, in sides of it: a tilted crop and the outline."""


class FaceSearch:
    """Decides for each frame where to search; ``min_score`` is the lowest score of a new face.

    ``min_face`` is its smallest side, in pixels; None as in ``find_faces``.
    """

    def __init__(self, min_score: float = MIN_SCORE, min_face: float | None = None) -> None:
        self.min_score = min_score
        self.min_face = min_face
        self._last_search = -math.inf  # seconds

    def find(
        self, gray: NDArray[np.uint8], boxes: Sequence[Box], seconds: float
    ) -> list[Detection]:
        """Faces of a frame: near the boxes of known ones, and in the whole frame where it is time.

        It is time, too, where a known face is missing, and as long as there are none.
        """
        known = min(KNOWN_FACE_SCORE, self.min_score)
        found = unique(d for box in boxes for d in find_near(gray, box, known))
        missing = len(found) < max(1, len(boxes))
        if not missing and seconds - self._last_search < SEARCH_S:
            return found
        self._last_search = seconds
        return unique(found + find_faces(gray, self.min_score, self.min_face))


def find_near(gray: NDArray[np.uint8], box: Box, min_score: float) -> list[Detection]:
    """Faces in a window around a box, in pixels of the frame."""
    side = box[2] - box[0]
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    height, width = gray.shape
    left, top = (max(0, math.floor(v - WINDOW * side)) for v in (x, y))
    right = min(width, math.ceil(x + WINDOW * side))
    bottom = min(height, math.ceil(y + WINDOW * side))
    if right - left < side / 2 or bottom - top < side / 2:
        return []  # the face has left the frame
    found = find_faces(resized(gray[top:bottom, left:right], WINDOW_FACE_SIDE / side), min_score)
    return [
        Detection((b[0] + left, b[1] + top, b[2] + left, b[3] + top), score)
        for b, score, _ in found
    ]


def unique(detections: Iterable[Detection]) -> list[Detection]:
    """Non-maximum suppression: by score, without those that overlap one of a higher score."""
    kept: list[Detection] = []
    for one in sorted(detections, key=lambda d: -d.score):
        if all(overlap(one.box, other.box) < DUPLICATE_OVERLAP for other in kept):
            kept.append(one)
    return kept


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two boxes, from 0 to 1."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    shared = across * down
    areas = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1])
    return shared / (areas - shared)


class Frame:
    """The pixels, (H, W, 3) RGB or (H, W) grey, and what is made of them once."""

    def __init__(self, pixels: NDArray[np.uint8], aligner: FaceAligner) -> None:
        self.gray = to_gray(pixels)
        self._pixels = pixels if aligner.color else self.gray
        self._align = aligner.align

    @cached_property
    def _rescaled(self) -> Rescaled:
        return rescaled(self.gray)

    def observe(self, detection: Detection) -> FaceObservation:
        seen = self._rescaled
        if seen.scale != 1.0:
            return FaceObservation(detection, self._align(self._pixels, detection, seen), seen)
        # What is made of the pixels around a face does not depend on the rest, and costs less.
        left, top, right, bottom = detection.box
        margin = MARGIN * (right - left)
        height, width = self.gray.shape  # a box may have moved out of the frame
        x, y = (max(0, min(int(v - margin), n - 1)) for v, n in ((left, width), (top, height)))
        part = slice(y, max(y + 1, int(bottom + margin))), slice(x, max(x + 1, int(right + margin)))
        moved = Detection((left - x, top - y, right - x, bottom - y), detection.score)
        near = Rescaled(np.ascontiguousarray(self.gray[part]), 1.0)
        face = FaceObservation(moved, self._align(self._pixels[part], moved, near), near)
        face.detection, face.eyes = detection, face.eyes + (x, y)
        return face


class FaceObservation:
    """A face in a frame: its crop and landmarks (a batch of one), and what recognises it again."""

    def __init__(self, detection: Detection, face: Faces, seen: Rescaled) -> None:
        self.detection = detection
        self.face = face
        self.appearance = appearance(face)
        self.eyes = eye_centers(find_landmarks(seen, detection, "5"))  # (2, 2), the left one first

    @property
    def center(self) -> NDArray[np.float64]:
        left, top, right, bottom = self.detection.box
        return np.array([left + right, top + bottom]) / 2

    @property
    def side(self) -> float:
        return self.detection.box[2] - self.detection.box[0]


def appearance(face: Faces) -> NDArray[np.float32]:
    """The crop small, grey, and free of brightness and contrast: a unit vector, (576,) float32.

    The dot product of two is their correlation.
    """
    import cv2

    crop = face.crops[0]
    gray = crop if crop.ndim == 2 else cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(gray, (APPEARANCE_SIDE, APPEARANCE_SIDE), interpolation=cv2.INTER_AREA)
    vector = small.astype(np.float32).ravel()
    vector -= vector.mean()
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-6), np.float32)
