"""Finding faces and their landmarks in one grey image with dlib."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from happysad.features.weights import frontal_detector, shape_predictor

Predictor = Literal["68", "5"]

MIN_SIDE = 192
"""Images are enlarged to this many pixels: the detector finds faces of 80 pixels or more."""

MAX_SIDE = 1280
"""Images are shrunk to this many pixels: the detector's cost grows with their area."""

FULL_FRAME_INSET = 1 / 24
"""Share of a tight crop outside the box that the detector would have drawn in it."""


class Detection(NamedTuple):
    """One face: box (left, top, right, bottom) in image pixels, and the detector's score."""

    box: tuple[float, float, float, float]
    score: float


class Rescaled(NamedTuple):
    """A grey image at the size at which dlib looks at it: ``scale`` times its own."""

    pixels: NDArray[np.uint8]
    scale: float


def rescaled(gray: NDArray[np.uint8]) -> Rescaled:
    """A grey (H, W) image brought to ``MIN_SIDE`` at least and ``MAX_SIDE`` at most.

    ``find_faces`` and ``find_landmarks`` take it in the image's place: whoever asks them more
    than one thing of an image rescales it once.
    """
    scale = _scale(gray)
    if scale == 1.0:
        return Rescaled(np.ascontiguousarray(gray), scale)
    import cv2

    size = (max(1, round(gray.shape[1] * scale)), max(1, round(gray.shape[0] * scale)))
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return Rescaled(np.asarray(cv2.resize(gray, size, interpolation=how), np.uint8), scale)


def find_faces(gray: NDArray[np.uint8] | Rescaled, threshold: float = 0.0) -> list[Detection]:
    """Faces in a grey image, the surest first.

    Parameters
    ----------
    gray : (H, W) uint8, or Rescaled
    threshold : float
        Lowest score kept. dlib's own threshold is 0; at -0.5 it finds many more of the faces in
        tight, blurred crops such as FER2013's, and now and then a face where there is none.
    """
    pixels, scale = gray if isinstance(gray, Rescaled) else rescaled(gray)
    boxes, scores, _ = frontal_detector().run(pixels, 0, threshold)
    return [
        Detection(
            (b.left() / scale, b.top() / scale, (b.right() + 1) / scale, (b.bottom() + 1) / scale),
            float(score),
        )
        for b, score in zip(boxes, scores, strict=True)
    ]


def full_frame(gray: NDArray[np.uint8]) -> Detection:
    """The whole image taken for a face, as is right for tight crops; its score is NaN."""
    height, width = gray.shape
    dx, dy = width * FULL_FRAME_INSET, height * FULL_FRAME_INSET
    return Detection((dx, dy, width - dx, height - dy), float("nan"))


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


def _scale(gray: NDArray[np.uint8]) -> float:
    longest: int = max(gray.shape)
    if longest < MIN_SIDE:
        return MIN_SIDE / longest
    return min(1.0, MAX_SIDE / longest)
