"""How much a request may bring: bytes, images, pixels, memory, time."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from happysad.utils.errors import UserError
from happysad.utils.image_files import open_image, pillow_message, unknown_format

MEGABYTE = 1_000_000


class TooLargeError(UserError):
    """More bytes, images or pixels than the service takes."""


@dataclass(frozen=True)
class Limits:
    """Limits of a request."""

    image_bytes: int = 20 * MEGABYTE
    body_bytes: int = 200 * MEGABYTE  # of several images
    images: int = 64  # in a form
    batch: int = 256  # images in a JSON body
    pixels: int = 50_000_000  # of one image
    held_bytes: int = 1000 * MEGABYTE  # of all bodies that are being received or answered
    pause_seconds: float = 30  # for the next part of a body: what came takes memory meanwhile
    body_seconds: float = 600


def too_many_bytes(what: str, limit: int) -> TooLargeError:
    size = f"{limit // MEGABYTE} MB" if limit >= MEGABYTE else f"{limit} bytes"
    return TooLargeError(f"{what} is too large: this service takes {size}")


def why_unreadable(data: bytes, name: str, pixels: int = Limits.pixels) -> str:
    """Why bytes are no image, by their header, before they are decoded; empty where they may be.

    TooLargeError where it has more pixels: a small file can decode to all of the memory.
    """
    if not data:
        return "it is empty"
    too_large = f"pixels and this service takes {pixels:,}: make it smaller"
    try:
        with open_image(data) as image:
            width, height = image.size
    except UnidentifiedImageError:
        return unknown_format(data)
    except Image.DecompressionBombError:
        raise TooLargeError(f"{name} has too many {too_large}") from None
    except Exception as error:  # whatever a decoder stumbles over
        return pillow_message(error, data)
    if width * height > pixels:
        raise TooLargeError(f"{name} has {width} x {height} {too_large}")
    return ""
