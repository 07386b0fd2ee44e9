"""Finding faces with YuNet, and their landmarks with dlib, in one grey image."""

from __future__ import annotations

import math
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from happysad.features.faces.pretrained_weights import face_detector, shape_predictor

Predictor = Literal["68", "5"]
Box = tuple[float, float, float, float]

MIN_SCORE = 0.6
"""YuNet's score from which on something counts as a face: of FER2013's test faces 98% score higher,
photographs of coffee, bricks and rockets lower."""

MIN_SIDE, MAX_SIDE = 192, 1280
"""Images are enlarged to at least this many pixels, as suits tight crops of 48, and shrunk to at
most so many before landmarks are looked for."""

NETWORK_FACE = 22
"""Pixels that a face has at least in what YuNet is given: of smaller ones it finds few."""

MIN_FACE, MIN_SEARCH, MAX_SEARCH = 50, 160, 640
"""Pixels of the smallest face looked for, unless another is asked for, and what the longer side of
a picture is shrunk to at least and at most to find it."""

_X = (0.883, -0.455, 0.819)
_Y = (0.453, 0.042, 0.358)
_SIDE = (0.723, 1.549)
"""From YuNet's box and points to a box as dlib's detector draws it, which its landmark predictors
expect: the centre is moved by these fractions of the offsets of the eyes, the nose and the mouth
from it; the side is so many distances between the eyes plus so many from eyes to mouth. By least
squares on the 8,324 faces of FER2013's Training part that both detectors find."""


class Detection(NamedTuple):
    """One face: box (left, top, right, bottom) in image pixels, and the score, from 0 to 1.

    Where the whole image is taken for a face, ``found`` is False and the score the highest found.
    """

    box: Box
    score: float
    found: bool = True


class Rescaled(NamedTuple):
    """A grey image at ``scale`` times its size, in place of the image for all functions here."""

    pixels: NDArray[np.uint8]
    scale: float


Image = NDArray[np.uint8] | Rescaled


def rescaled(gray: NDArray[np.uint8]) -> Rescaled:
    """A grey (H, W) image brought to ``MIN_SIDE`` at least and ``MAX_SIDE`` at most."""
    longest: int = max(gray.shape)
    scale = MIN_SIDE / longest if longest < MIN_SIDE else min(1.0, MAX_SIDE / longest)
    return resized(gray, scale)


def resized(gray: NDArray[np.uint8], scale: float) -> Rescaled:
    """A grey (H, W) image at ``scale`` times its size."""
    if scale == 1.0:
        return Rescaled(np.ascontiguousarray(gray), scale)
    import cv2

    size = (max(1, round(gray.shape[1] * scale)), max(1, round(gray.shape[0] * scale)))
    method = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return Rescaled(np.asarray(cv2.resize(gray, size, interpolation=method), np.uint8), scale)


def find_faces(
    gray: Image, min_score: float = MIN_SCORE, min_face: float | None = None
) -> list[Detection]:
    """Faces in a grey image that score ``min_score``, from 0.1 to 1, or more; the highest first.

    Those smaller than ``min_face`` pixels may be missed; the time grows with the square of the
    image's side over it. Without it they are 50, or 1/29 of the longer side where that is more.

    Examples
    --------
    >>> from happysad.features.faces import find_faces
    >>> from skimage.data import camera
    >>> [(face.found, face.score > 0.8) for face in find_faces(camera())]
    [(True, True)]
    """
    import cv2

    pixels, scale = gray if isinstance(gray, Rescaled) else rescaled(gray)
    longest = max(pixels.shape)
    side = _search_side(longest / scale, min_face)
    if scale <= 1 and side < longest:  # what was enlarged is a tight crop
        pixels, scale = resized(pixels, side / longest).pixels, scale * side / longest
    # Of 32 pixels and less OpenCV's network (4.14) finds faces in uninitialised memory.
    bottom, right = (max(0, 33 - side) for side in pixels.shape)
    if bottom or right:
        pixels = np.pad(pixels, ((0, bottom), (0, right)), mode="edge")
    color = cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR)
    detector = face_detector()
    detector.setInputSize((color.shape[1], color.shape[0]))
    _, rows = detector.detect(color)
    if rows is None:
        return []
    kept = sorted(rows[rows[:, -1] >= min_score].astype(float), key=lambda row: -row[-1])
    return [Detection(_box(row[:14] / scale), float(row[-1])) for row in kept]


def find_one_face(
    gray: Image, min_score: float = MIN_SCORE, min_face: float | None = None
) -> Detection:
    """The face with the highest score; ``full_frame`` where none scores ``min_score``."""
    faces = find_faces(gray, 0.0, min_face)
    if faces and faces[0].score >= min_score:
        return faces[0]
    return full_frame(gray, faces[0].score if faces else 0.0)


def full_frame(gray: Image, score: float = 0.0) -> Detection:
    """The whole image taken for a face, as is right for tight crops."""
    pixels, scale = gray if isinstance(gray, Rescaled) else Rescaled(gray, 1.0)
    height, width = pixels.shape
    dx, dy = width / 24, height / 24  # what lies outside the box that would have been drawn
    box = dx / scale, dy / scale, (width - dx) / scale, (height - dy) / scale
    return Detection(box, score, found=False)


def find_landmarks(
    gray: Image, detection: Detection, predictor: Predictor = "68"
) -> NDArray[np.float32]:
    """Landmarks of one face: (68, 2) of iBUG 300-W or (5, 2), float32, x and y in image pixels.

    Examples
    --------
    >>> from happysad.features.faces import find_faces, find_landmarks
    >>> from skimage.data import camera
    >>> find_landmarks(camera(), find_faces(camera())[0]).shape
    (68, 2)
    """
    import dlib

    # The predictor samples pixels at offsets relative to the box, so faces are brought to a size
    # like that of its training faces.
    pixels, scale = gray if isinstance(gray, Rescaled) else rescaled(gray)
    left, top, right, bottom = (round(side * scale) for side in detection.box)
    box = dlib.rectangle(left, top, right - 1, bottom - 1)
    shape: Any = shape_predictor(predictor)(pixels, box)
    points = np.array([(p.x, p.y) for p in shape.parts()], dtype=np.float32)
    return ((points + 0.5) / scale - 0.5).astype(np.float32)


def _search_side(longest: float, min_face: float | None) -> int:
    """What to shrink the longer side of an image to: a multiple of 32, as YuNet pads to these."""
    most = MAX_SEARCH if min_face is None else MAX_SIDE
    side = 32 * math.ceil(NETWORK_FACE * longest / (min_face or MIN_FACE) / 32)
    return min(most, max(MIN_SEARCH, side))


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
