"""How much a request may bring."""

from __future__ import annotations

from dataclasses import dataclass

from happysad.service.workers.image_limits import PIXELS, TooLarge

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What a request may bring.

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
        That a client may take to send the next part of a body, and all of it: what it has sent
        takes others' room meanwhile.
    """

    image_bytes: int = 20 * MEGABYTE
    body_bytes: int = 200 * MEGABYTE
    images: int = 64
    batch: int = 256
    pixels: int = PIXELS
    held_bytes: int = 1000 * MEGABYTE
    pause_seconds: float = 30
    body_seconds: float = 600


def too_many_bytes(what: str, most: int) -> TooLarge:
    """The error for more than ``most`` bytes."""
    size = f"{most // MEGABYTE} MB" if most >= MEGABYTE else f"{most} bytes"
    return TooLarge(f"{what} is too large: this service takes {size}")
