"""A frame of a video as a tracker looks at it, and the faces that it sees there."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from happysad.features.faces.align import eye_centers
from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.detector import Detection, Rescaled, find_landmarks, rescaled
from happysad.features.faces.face_batch import Faces
from happysad.utils.image_decoding import to_gray

LOOK_SIDE = 24
"""Of the small picture by which a face is known again."""

MARGIN = 0.75
"""How much around a box belongs to its face, in sides of it: a tilted crop and the outline."""


class Frame:
    """The pixels, (H, W, 3) RGB or (H, W) grey, and what is made of them once."""

    def __init__(self, pixels: NDArray[np.uint8], aligner: FaceAligner) -> None:
        self.gray = to_gray(pixels)
        self._pixels = pixels if aligner.color else self.gray
        self._align = aligner.align

    @cached_property
    def seen(self) -> Rescaled:
        """At the size at which it is looked at."""
        return rescaled(self.gray)

    def sight(self, detection: Detection) -> FrameObservation:
        """The face in a box."""
        if self.seen.scale != 1.0:
            return FrameObservation(
                detection, self._align(self._pixels, detection, self.seen), self.seen
            )
        # What is made of the pixels around a face does not depend on the rest, and costs less.
        left, top, right, bottom = detection.box
        margin = MARGIN * (right - left)
        height, width = self.gray.shape  # a box may have moved out of the picture
        x, y = (max(0, min(int(v - margin), n - 1)) for v, n in ((left, width), (top, height)))
        part = slice(y, max(y + 1, int(bottom + margin))), slice(x, max(x + 1, int(right + margin)))
        moved = Detection((left - x, top - y, right - x, bottom - y), detection.score)
        near = Rescaled(np.ascontiguousarray(self.gray[part]), 1.0)
        sight = FrameObservation(moved, self._align(self._pixels[part], moved, near), near)
        sight.detection, sight.eyes = detection, sight.eyes + (x, y)
        return sight


class FrameObservation:
    """A face in a frame.

    Attributes
    ----------
    detection : Detection
    face : Faces
        Crop and landmarks, a batch of one.
    look : (576,) float32
        See ``observe_frame``.
    eyes : (2, 2) float64
        Their centres in pixels of the frame, the picture's left one first.
    """

    def __init__(self, detection: Detection, face: Faces, seen: Rescaled) -> None:
        self.detection = detection
        self.face = face
        self.look = observe_frame(face)
        self.eyes = eye_centers(find_landmarks(seen, detection, "5"))

    @property
    def middle(self) -> NDArray[np.float64]:
        """Of the box."""
        left, top, right, bottom = self.detection.box
        return np.array([left + right, top + bottom]) / 2

    @property
    def side(self) -> float:
        """Of the box; the detector's are square."""
        return self.detection.box[2] - self.detection.box[0]


def observe_frame(face: Faces) -> NDArray[np.float32]:
    """The crop small, grey, and free of brightness and contrast: a unit vector.

    The dot product of two is their correlation.
    """
    import cv2

    crop = face.crops[0]
    gray = crop if crop.ndim == 2 else cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(gray, (LOOK_SIDE, LOOK_SIDE), interpolation=cv2.INTER_AREA)
    look = small.astype(np.float32).ravel()
    look -= look.mean()
    return np.asarray(look / max(float(np.linalg.norm(look)), 1e-6), np.float32)
