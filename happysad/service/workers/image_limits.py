"""A look at an image's first bytes before it is unpacked: its kind and its size."""

from __future__ import annotations

import io

from happysad.utils.errors import UserError
from happysad.utils.image_decoding import FORMATS, plainly, quiet_pillow, what_else

PIXELS = 50_000_000


class TooLarge(UserError):
    """More bytes, images or pixels than the service takes."""


def unreadable(data: bytes, name: str, pixels: int = PIXELS) -> str:
    """Why bytes are no image that can be unpacked; empty where they seem to be one.

    Raises
    ------
    TooLarge
        It has more than ``pixels`` pixels: a small file can unpack to all of the memory.
    """
    from PIL import Image, UnidentifiedImageError

    if not data:
        return "it is empty"
    quiet_pillow()  # of many pixels, which are counted here
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width, height = image.size
    except UnidentifiedImageError:
        return what_else(data)
    except Image.DecompressionBombError:
        raise TooLarge(_sentence(name, "too many", pixels)) from None
    except Exception as error:  # whatever a decoder stumbles over
        return plainly(error)
    if width * height > pixels:
        raise TooLarge(_sentence(name, f"{width} x {height}", pixels))
    return ""


def _sentence(name: str, size: str, pixels: int) -> str:
    return f"{name} has {size} pixels and this service takes {pixels:,}: make it smaller"
