"""What photographs suffer, as pure functions on (H, W) or (H, W, 3) uint8 images.

None changes the image that it is given; lengths are in pixels. See ``registry.py`` for strengths
that mean the same to faces of any size.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


def blurred(image: Image, sigma: float) -> Image:
    """Gaussian blur, sigma in pixels; edges are repeated."""
    import cv2

    result = cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(result, np.uint8)


def noisy(image: Image, sigma: float, grain: float, rng: np.random.Generator) -> Image:
    """Gaussian noise, the same in all channels: sigma in grey values, grains in pixels."""
    import cv2

    height, width = image.shape[:2]
    cells = [max(1, round(side / max(grain, 1.0))) for side in (height, width)]
    grains = rng.normal(0, sigma, cells).astype(np.float32)
    noise = np.asarray(cv2.resize(grains, (width, height), interpolation=cv2.INTER_NEAREST))
    return _rounded(image + (noise if image.ndim == 2 else noise[..., None]))


def scaled(image: Image, gain: float) -> Image:
    """Values times the gain, rounded and cut off at 255."""
    return _rounded(image * np.float32(gain))


def rotated(image: Image, degrees: float, center: tuple[float, float]) -> Image:
    """Turned about a point (x, y), anticlockwise as seen; edges are repeated."""
    import cv2

    height, width = image.shape[:2]
    turned = cv2.warpAffine(
        image, cv2.getRotationMatrix2D(center, degrees, 1.0), (width, height),
        flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return np.asarray(turned, np.uint8)


def through_jpeg(image: Image, quality: int) -> Image:
    """Written as a JPEG file and read again."""
    import PIL.Image

    buffer = io.BytesIO()
    PIL.Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return np.array(PIL.Image.open(buffer))


def shrunk(image: Image, share: float) -> Image:
    """Made smaller to this share of its size, and as large as before again."""
    import cv2

    height, width = image.shape[:2]
    size = max(1, round(width * share)), max(1, round(height * share))
    if size == (width, height):
        return image
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    enlarged = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(enlarged, np.uint8)


def covered(image: Image, patches: list[NDArray[np.float64]], color: list[float]) -> Image:
    """With patches, each by its corners (m, 2), of one colour: a number for each channel."""
    import cv2

    result = image.copy()
    for corners in patches:
        cv2.fillConvexPoly(result, corners.round().astype(np.int32), color)
    return result


def _rounded(values: NDArray[np.floating]) -> Image:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
