"""Changes that photographs suffer, each at five strengths: pure functions on uint8 images.

Lengths are shares of the face's width, so that a strength means the same to a 48x48 crop and to
a photograph. All that is drawn follows from the image's content, the change and its strength.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from happysad.features.faces.align import eye_centers
from happysad.features.faces.detector import Detection, find_landmarks, find_one_face
from happysad.pipeline.estimators.pixel_filters import Image as Image
from happysad.pipeline.estimators.pixel_filters import (
    blurred,
    covered,
    noisy,
    rotated,
    scaled,
    shrunk,
    through_jpeg,
)
from happysad.utils.image_decoding import image_digest, to_gray

VERSION = 1  # of the changes: to be raised when one of them gives other pixels
GRAIN = 1 / 48  # side of a grain of noise / face width, a pixel of a small face at least
EYE_PATCH, MOUTH_PATCH = (0.65, 0.5), (1.3, 0.8)  # width and height at strength 1 / eye distance


@dataclass(frozen=True)
class Change:
    """What the strengths of a change are, for the axis of a figure, and these, mildest first."""

    unit: str
    strengths: tuple[float, ...]


SHIFT = "shift"

CHANGES = {
    "blur": Change("sigma / face width", (0.01, 0.02, 0.03, 0.05, 0.08)),
    "noise": Change("sigma / grey range", (0.03, 0.06, 0.1, 0.15, 0.25)),
    "dark": Change("share of light lost", (0.5, 0.7, 0.8, 0.9, 0.95)),
    "bright": Change("gain, cut off at white", (1.25, 1.5, 2.0, 2.5, 3.0)),
    "rotate": Change("degrees", (10.0, 20.0, 30.0, 45.0, 60.0)),
    "jpeg": Change("quality", (40.0, 20.0, 10.0, 5.0, 2.0)),
    "small": Change("face width, pixels", (32.0, 24.0, 16.0, 12.0, 8.0)),
    SHIFT: Change("shift of box / its width", (0.05, 0.1, 0.15, 0.2, 0.3)),
    "cover eyes": Change("patches, 1 = whole eye", (0.4, 0.7, 1.0, 1.3, 1.6)),
    "cover mouth": Change("patch, 1 = whole mouth", (0.4, 0.7, 1.0, 1.3, 1.6)),
}
"""All changes in the order of the tables. ``shift`` moves the box, the others change the image."""


@dataclass(frozen=True)
class LocatedFace:
    """Where the face lies in an image before it is changed; the whole image where none was found.

    ``points`` are its (68, 2) float32 landmarks in image pixels, iBUG 300-W order.
    """

    detection: Detection
    points: NDArray[np.float32]

    @property
    def width(self) -> float:
        """Of the box, in pixels."""
        left, _, right, _ = self.detection.box
        return max(right - left, 1.0)

    @property
    def center(self) -> tuple[float, float]:
        """Of the box, in the coordinates of pixel centres."""
        left, top, right, bottom = self.detection.box
        return (left + right - 1) / 2, (top + bottom - 1) / 2


def locate_face(image: Image, min_score: float, min_face: float | None = None) -> LocatedFace:
    """The face of an (H, W) or (H, W, 3) uint8 image with the highest score: ``find_one_face``.

    Examples
    --------
    >>> from skimage.data import astronaut
    >>> face = locate_face(astronaut(), min_score=0.6)
    >>> face.points.shape, round(face.width)
    ((68, 2), 93)
    """
    gray = to_gray(image)
    detection = find_one_face(gray, min_score, min_face)
    return LocatedFace(detection, find_landmarks(gray, detection, "68"))


def changed_image(image: Image, change: str, strength: float, face: LocatedFace) -> Image:
    """The image under one of ``CHANGES`` but ``shift``, of the same shape.

    Parameters
    ----------
    image : (H, W) or (H, W, 3) uint8
    change : str
        - ``blur``: Gaussian, sigma in shares of the face's width.
        - ``noise``: Gaussian, the same in all channels, sigma in shares of the grey range; grains
          are ``GRAIN`` of the face's width.
        - ``dark``: values times 1 - strength, rounded to 8 bits as a camera does.
        - ``bright``: values times the strength, cut off at 255.
        - ``rotate``: degrees about the face's centre, to a side that is drawn; edges are repeated.
        - ``jpeg``: written and read with this quality. Its blocks are 8 pixels, so this one
          strength does depend on the image's resolution.
        - ``small``: shrunk until the face is this many pixels wide, and enlarged again; a face
          that is smaller stays as it is.
        - ``cover eyes``, ``cover mouth``: patches of the face's mean colour, turned like the
          face. Their size follows from the distance of the eyes, not from the mouth's or the
          eyes' own: a patch as wide as a smile would tell of the smile.
    strength : float
        In the unit of ``CHANGES``.
    face : LocatedFace
        Of the face, in this image.

    Examples
    --------
    >>> from skimage.data import astronaut
    >>> face = locate_face(astronaut(), min_score=0.6)
    >>> dark = changed_image(astronaut(), "dark", 0.5, face)
    >>> dark.shape, round(float(dark.mean() / astronaut().mean()), 2)
    ((512, 512, 3), 0.5)
    """
    rng = _generator(image_digest(image), change, strength)
    if change == "blur":
        return blurred(image, strength * face.width)
    if change == "noise":
        return noisy(image, 255 * strength, GRAIN * face.width, rng)
    if change in ("dark", "bright"):
        return scaled(image, 1 - strength if change == "dark" else strength)
    if change == "rotate":
        return rotated(image, strength * rng.choice([-1.0, 1.0]), face.center)
    if change == "jpeg":
        return through_jpeg(image, round(strength))
    if change == "small":
        return shrunk(image, min(1.0, strength / face.width))
    if change in ("cover eyes", "cover mouth"):
        return covered(image, _patches(face, change, strength), _mean_color(image, face))
    raise ValueError(f"{change} is no change of an image")


def moved_box(image: Image, strength: float, face: LocatedFace) -> Detection:
    """The face's box moved by a share of its width, in a direction that is drawn."""
    rng = _generator(image_digest(image), SHIFT, strength)
    angle = rng.uniform(0, 2 * np.pi)
    dx, dy = strength * face.width * np.array([np.cos(angle), np.sin(angle)])
    left, top, right, bottom = face.detection.box
    box = (left + dx, top + dy, right + dx, bottom + dy)
    return Detection(box, face.detection.score)


def _generator(digest: str, change: str, strength: float) -> np.random.Generator:
    text = f"{VERSION} {digest} {change} {strength}"
    return np.random.default_rng(list(hashlib.sha256(text.encode()).digest()))


def _patches(face: LocatedFace, change: str, strength: float) -> list[NDArray[np.float64]]:
    """Corners (4, 2) of each patch, along the line of the eyes."""
    eyes = eye_centers(face.points)
    along = eyes[1] - eyes[0]
    down = np.array([-along[1], along[0]])
    covers_eyes = change == "cover eyes"
    width, height = EYE_PATCH if covers_eyes else MOUTH_PATCH
    right, low = strength * width / 2 * along, strength * height / 2 * down
    middles = eyes if covers_eyes else [face.points[48:68].mean(axis=0)]
    corners = np.array([-right - low, right - low, right + low, low - right])
    return [middle + corners for middle in middles]


def _mean_color(image: Image, face: LocatedFace) -> list[float]:
    """Of the box, a number for each channel."""
    height, width = image.shape[:2]
    left, top, right, bottom = (max(0, round(value)) for value in face.detection.box)
    box = image[min(top, height - 1) : max(bottom, 1), min(left, width - 1) : max(right, 1)]
    return [float(value) for value in np.atleast_1d(box.mean(axis=(0, 1)).round())]
