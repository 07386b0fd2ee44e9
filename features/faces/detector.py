"""Finding faces with YuNet, and their landmarks with dlib, in one grey image."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from happysad.features.faces.pretrained_weights import face_detector, shape_predictor

Predictor = Literal["68", "5"]
Box = tuple[float, float, float, float]

MIN_SCORE = 0.6
"""YuNet's score from which on something counts as a face.

Of FER2013's test faces 98% score higher; photographs of coffee, bricks and rockets score lower.
"""

MIN_SIDE = 192
"""Images are enlarged to this many pixels, as suits tight crops of 48."""

MAX_SIDE = 1280
"""Images are shrunk to this many pixels before landmarks are looked for."""

DETECTION_SIDES = (256, 640)
"""The detector is given half of a picture's size, but not below the one or above the other. What
it is given needs faces of some 23 pixels to score ``MIN_SCORE``: so they are found from 30 pixels
on in a picture of 350, from 50 in one of 512 to 1280, from 1/27 of the longer side in larger ones.
"""

_LEAST = 33
"""Narrower images are widened to this many pixels: of 32 and less OpenCV's network makes faces
out of memory that was never written (4.14)."""

FULL_FRAME_INSET = 1 / 24
"""Share of a tight crop outside the box that would have been drawn in it."""

_X = (0.883, -0.455, 0.819)
_Y = (0.453, 0.042, 0.358)
_SIDE = (0.723, 1.549)
"""From YuNet's box and points to a box as dlib's detector draws it, which its landmark predictors
expect: the centre is moved by these shares of where the eyes, the nose and the mouth lie from
it, and the side is so many distances between the eyes plus so many from eyes to mouth. By least
squares on the 8,324 faces of FER2013's Training part that both detectors find."""


class Detection(NamedTuple):
    """One face: box (left, top, right, bottom) in image pixels, and the detector's score.

    ``found`` is False where the whole image is taken for a face; the score, from 0 to 1, is then
    that of what looks most like one.
    """

    box: Box
    score: float
    found: bool = True


class Rescaled(NamedTuple):
    """A grey image at the size at which it is looked at: ``scale`` times its own."""

    pixels: NDArray[np.uint8]
    scale: float


def rescaled(gray: NDArray[np.uint8]) -> Rescaled:
    """A grey (H, W) image brought to ``MIN_SIDE`` at least and ``MAX_SIDE`` at most.

    ``find_faces`` and ``find_landmarks`` take it in the image's place: whoever asks them more
    than one thing of an image rescales it once.
    """
    longest: int = max(gray.shape)
    scale = MIN_SIDE / longest if longest < MIN_SIDE else min(1.0, MAX_SIDE / longest)
    return resized(gray, scale)


def resized(gray: NDArray[np.uint8], scale: float) -> Rescaled:
    """A grey (H, W) image at ``scale`` times its size."""
    if scale == 1.0:
        return Rescaled(np.ascontiguousarray(gray), scale)
    import cv2

    size = (max(1, round(gray.shape[1] * scale)), max(1, round(gray.shape[0] * scale)))
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return Rescaled(np.asarray(cv2.resize(gray, size, interpolation=how), np.uint8), scale)


def find_faces(gray: NDArray[np.uint8] | Rescaled, min_score: float = MIN_SCORE) -> list[Detection]:
    """Faces in a grey image, the highest score first.

    Parameters
    ----------
    gray : (H, W) uint8, or Rescaled
    min_score : float
        Lowest score kept, from 0.1 to 1.
    """
    import cv2

    seen = gray if isinstance(gray, Rescaled) else rescaled(gray)
    pixels, scale = seen
    longest, (least, most) = max(pixels.shape), DETECTION_SIDES
    shrink = min(most, max(least, longest / 2)) / longest
    if shrink < 1:
        pixels, scale = resized(pixels, shrink).pixels, scale * shrink
    wider, higher = (max(0, _LEAST - pixels.shape[axis]) for axis in (1, 0))
    if wider or higher:
        wide = cv2.copyMakeBorder(pixels, 0, higher, 0, wider, cv2.BORDER_REPLICATE)
        pixels = np.asarray(wide, np.uint8)
    detector = face_detector()
    detector.setInputSize((pixels.shape[1], pixels.shape[0]))
    _, rows = detector.detect(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR))
    if rows is None:
        return []
    kept = sorted(rows[rows[:, -1] >= min_score].astype(float), key=lambda row: -row[-1])
    return [Detection(_box(row[:14] / scale), float(row[-1])) for row in kept]


def find_one_face(gray: NDArray[np.uint8] | Rescaled, min_score: float = MIN_SCORE) -> Detection:
    """The face with the highest score, or else ``full_frame`` with what score there is."""
    faces = find_faces(gray, 0.0)
    if faces and faces[0].score >= min_score:
        return faces[0]
    score = faces[0].score if faces else 0.0
    if not isinstance(gray, Rescaled):
        return full_frame(gray, score)
    left, top, right, bottom = full_frame(gray.pixels).box
    scale = gray.scale
    return Detection((left / scale, top / scale, right / scale, bottom / scale), score, False)


def full_frame(gray: NDArray[np.uint8], score: float = 0.0) -> Detection:
    """The whole image taken for a face, as is right for tight crops."""
    height, width = gray.shape
    dx, dy = width * FULL_FRAME_INSET, height * FULL_FRAME_INSET
    return Detection((dx, dy, width - dx, height - dy), score, found=False)


def find_landmarks(
    gray: NDArray[np.uint8] | Rescaled, detection: Detection, predictor: Predictor = "68"
) -> NDArray[np.float32]:
    """Landmarks of one face: (68, 2) or (5, 2) float32, x and y in image pixels.

    Kazemi and Sullivan (2014). The 68 points are those of iBUG 300-W.
    """
    import dlib

    left, top, right, bottom = detection.box
    # The predictor samples pixels at offsets relative to the box, so a face is brought to a size
    # like that of its training faces, whatever the image's.
    pixels, scale = gray if isinstance(gray, Rescaled) else rescaled(gray)
    box = dlib.rectangle(
        round(left * scale), round(top * scale), round(right * scale) - 1, round(bottom * scale) - 1
    )
    shape: Any = shape_predictor(predictor)(pixels, box)
    points = np.array([(p.x, p.y) for p in shape.parts()], dtype=np.float32)
    return ((points + 0.5) / scale - 0.5).astype(np.float32)


def _box(row: NDArray[np.float64]) -> Box:
    """dlib's box of YuNet's: left, top, width, height and five points, x and y of each."""
    center = row[:2] + row[2:4] / 2
    points = row[4:].reshape(5, 2) - center
    eyes, nose, mouth = points[:2].mean(axis=0), points[2], points[3:].mean(axis=0)
    x = center[0] + _X @ np.array([eyes[0], nose[0], mouth[0]])
    y = center[1] + _Y @ np.array([eyes[1], nose[1], mouth[1]])
    between, down = np.hypot(*(points[1] - points[0])), np.hypot(*(mouth - eyes))
    half = float(_SIDE[0] * between + _SIDE[1] * down) / 2
    return float(x - half), float(y - half), float(x + half), float(y + half)
