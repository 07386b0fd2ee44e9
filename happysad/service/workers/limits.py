"""How much a request may bring: bytes, images, pixels, memory, time."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from happysad.utils.errors import UserError
from happysad.utils.image_decoding import (
    FORMATS,
    ignore_pillow_warnings,
    pillow_message,
    unknown_format,
)

MEGABYTE = 1_000_000


class TooLargeError(UserError):
    """More bytes, images or pixels than the service takes."""


@dataclass(frozen=True)
class Limits:
    """Limits of a request.

    Attributes
    ----------
    image_bytes, body_bytes : int
        Of one image, and of a body of several.
    images, batch : int
        Images in a form, and in a JSON batch.
    pixels : int
        Of one image.
    held_bytes : int
        Of all bodies that are being received or answered.
    pause_seconds, body_seconds : float
        Time for the next part of a body, and for all of it: what a client has sent takes memory
        meanwhile.
    """

    image_bytes: int = 20 * MEGABYTE
    body_bytes: int = 200 * MEGABYTE
    images: int = 64
    batch: int = 256
    pixels: int = 50_000_000
    held_bytes: int = 1000 * MEGABYTE
    pause_seconds: float = 30
    body_seconds: float = 600


def too_many_bytes(what: str, limit: int) -> TooLargeError:
    """The error for more than ``limit`` bytes."""
    size = f"{limit // MEGABYTE} MB" if limit >= MEGABYTE else f"{limit} bytes"
    return TooLargeError(f"{what} is too large: this service takes {size}")


def why_unreadable(data: bytes, name: str, pixels: int = Limits.pixels) -> str:
    """Why bytes are no image, by their header, before they are decoded; empty where they may be.

    TooLargeError where it has more pixels: a small file can decode to all of the memory.
    """
    if not data:
        return "it is empty"
    ignore_pillow_warnings()  # of many pixels, which are counted here
    too_large = f"pixels and this service takes {pixels:,}: make it smaller"
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width, height = image.size
    except UnidentifiedImageError:
        return unknown_format(data)
    except Image.DecompressionBombError:
        raise TooLargeError(f"{name} has too many {too_large}") from None
    except Exception as error:  # whatever a decoder stumbles over
        return pillow_message(error)
    if width * height > pixels:
        raise TooLargeError(f"{name} has {width} x {height} {too_large}")
    return ""
