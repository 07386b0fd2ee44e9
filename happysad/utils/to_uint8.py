"""An image of any kind that Pillow reads, as upright 8-bit grey or RGB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

ORIENTATION = 0x0112
"""EXIF's tag of how a picture is to be turned."""

STRIP = 1_000_000
"""Pixels scaled at a time: as floats they take eight times the memory."""


def upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF block says; as it is, where that is damaged.

    Only the one tag is read: a damaged entry beside it is of no harm.
    """
    from PIL import Image as Pillow

    turns = {
        2: Pillow.Transpose.FLIP_LEFT_RIGHT,
        3: Pillow.Transpose.ROTATE_180,
        4: Pillow.Transpose.FLIP_TOP_BOTTOM,
        5: Pillow.Transpose.TRANSPOSE,
        6: Pillow.Transpose.ROTATE_270,
        7: Pillow.Transpose.TRANSVERSE,
        8: Pillow.Transpose.ROTATE_90,
    }
    try:
        turn = turns.get(image.getexif().get(ORIENTATION, 1))
    except Exception:  # of many kinds; the pixels are there all the same
        return image
    return image if turn is None else image.transpose(turn)


def to_uint8(image: Image.Image) -> NDArray[np.uint8]:
    """Its pixels, (H, W) or (H, W, 3) uint8: CMYK and palettes in RGB, transparency on white.

    16-bit whole numbers are scaled over their full range, floats in [0, 1] or over their own.
    """
    from PIL import Image as Pillow

    if image.mode.startswith("I") or image.mode == "F":
        return _scaled(np.asarray(image))
    if image.has_transparency_data:
        image = image.convert("LA") if image.mode == "La" else image  # Pillow knows no other way
        image = image.convert("RGBA")
        white = Pillow.new("RGBA", image.size, "white")
        image = Pillow.alpha_composite(white, image)
    gray = image.mode in ("1", "L")
    return np.array(image.convert("L" if gray else "RGB"))


def _scaled(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Whole numbers of 16 bits or more, or floats, in 8 bits, a strip of rows at a time."""
    rows = max(1, STRIP // pixels.shape[1])
    strips = [slice(start, start + rows) for start in range(0, len(pixels), rows)]
    if np.issubdtype(pixels.dtype, np.floating):
        low, high = 0.0, 1.0
        for strip in strips:
            part = _finite(pixels[strip])
            low, high = min(low, float(part.min())), max(high, float(part.max()))
    else:
        low, high = 0.0, 255.0 if pixels.max() <= 255 else 65535.0
    scaled = np.empty(pixels.shape, np.uint8)
    for strip in strips:
        part = (_finite(pixels[strip]) - low) * (255.0 / (high - low)) + 0.5
        scaled[strip] = np.clip(part, 0, 255)
    return scaled


def _finite(pixels: NDArray[Any]) -> NDArray[np.float64]:
    return np.nan_to_num(pixels.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
