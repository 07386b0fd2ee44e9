"""An image of any kind that Pillow reads, as upright 8-bit grey or RGB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

STRIP = 1_000_000  # pixels scaled at a time: as float64 they take eight times the memory


def upright(image: Image.Image) -> Image.Image:
    """The image turned as its EXIF block says; unturned where that cannot be read.

    Only one tag is read, so that damage elsewhere in the block does not matter, as it does to
    ``ImageOps.exif_transpose``.
    """
    from PIL.ExifTags import Base
    from PIL.Image import Transpose

    methods = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    try:
        method = methods.get(image.getexif().get(Base.Orientation, 1))
    except Exception:  # of many kinds; the pixels are there all the same
        return image
    return image if method is None else image.transpose(method)


def to_uint8(image: Image.Image) -> NDArray[np.uint8]:
    """Pixels of an upright image, (H, W) or (H, W, 3) uint8, on white where transparent.

    16-bit integers are scaled by their full range; floats from [0, 1], or their own range if wider.
    """
    from PIL import Image as Pillow

    image.load()
    image = upright(image)
    if image.mode.startswith("I") or image.mode == "F":
        return _scaled(np.asarray(image))
    if image.has_transparency_data:
        image = image.convert("LA") if image.mode == "La" else image  # Pillow knows no other way
        white = Pillow.new("RGBA", image.size, "white")
        image = Pillow.alpha_composite(white, image.convert("RGBA"))
    return np.array(image.convert("L" if image.mode in ("1", "L") else "RGB"))


def _scaled(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    rows = max(1, STRIP // pixels.shape[1])
    strips = [slice(start, start + rows) for start in range(0, len(pixels), rows)]
    low, high = 0.0, 255.0 if pixels.max() <= 255 else 65535.0
    if np.issubdtype(pixels.dtype, np.floating):
        low = min(0.0, *(float(_finite(pixels[strip]).min()) for strip in strips))
        high = max(1.0, *(float(_finite(pixels[strip]).max()) for strip in strips))
    scaled = np.empty(pixels.shape, np.uint8)
    for strip in strips:
        values = (_finite(pixels[strip]) - low) * (255.0 / (high - low)) + 0.5
        scaled[strip] = np.clip(values, 0, 255)
    return scaled


def _finite(pixels: NDArray[Any]) -> NDArray[np.float64]:
    return np.nan_to_num(pixels.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
