"""The probe of a model card: a few images with the answers that the model gave to them."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.utils.errors import UserError
from happysad.utils.image_decoding import ImageSource, read_image

PROBE_IMAGES = 4
PROBE_PIXELS = 256  # longest side: the card stays a small text file whatever the probe

TOLERANCE = 1e-3
"""How far an answer may lie from the one expected: other processors round otherwise, another
model differs by far more."""


def make_probe(model: Any, images: Sequence[ImageSource]) -> list[dict[str, Any]]:
    """Images as base64 PNG with the answers the model gives to them now."""
    if len(images) > PROBE_IMAGES:
        raise UserError(f"a probe holds up to {PROBE_IMAGES} images, but {len(images)} were given")
    shrunk = [_shrink(read_image(image)) for image in images]
    return [
        {"png": _to_png(image), "p_happy": p}
        for image, p in zip(shrunk, _p_happy(model, shrunk), strict=True)
    ]


def check_probe(model: Any, probe: Sequence[Mapping[str, Any]]) -> str:
    """The first answer that is not the one expected, in words; ``""`` where all are.

    Raises
    ------
    UserError
        The probe itself cannot be read.
    """
    try:
        images = [_from_png(shot["png"]) for shot in probe]
        expected = [float(shot["p_happy"]) for shot in probe]
    except (KeyError, TypeError, ValueError, OSError, SyntaxError):  # SyntaxError: a bad PNG
        raise UserError(
            "the card's probe is damaged: copy the model and its card again or train it anew"
        ) from None
    for number, (p, wanted) in enumerate(zip(_p_happy(model, images), expected, strict=True), 1):
        if not abs(p - wanted) <= TOLERANCE:  # so put, NaN is a mismatch too
            return f"probe image {number} gives p_happy {p:.4f} in place of {wanted:.4f}"
    return ""


def _p_happy(model: Any, images: Sequence[NDArray[np.uint8]]) -> list[float]:
    """The model's probability of happy for each image."""
    if not images:
        return []
    column = [str(label) for label in model.classes_].index("happy")
    return [float(p) for p in model.predict_proba(images)[:, column]]


def _shrink(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    from PIL import Image

    if max(image.shape[:2]) <= PROBE_PIXELS:
        return image
    picture = Image.fromarray(image)
    picture.thumbnail((PROBE_PIXELS, PROBE_PIXELS))
    return np.array(picture)


def _to_png(image: NDArray[np.uint8]) -> str:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def _from_png(text: str) -> NDArray[np.uint8]:
    """The image of a base64 PNG of the probe; ValueError or OSError where it is damaged."""
    from PIL import Image

    with Image.open(io.BytesIO(base64.b64decode(text, validate=True))) as picture:
        return np.array(picture)
