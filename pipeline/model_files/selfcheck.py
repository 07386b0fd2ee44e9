"""The self-check of a model file: images on its card, with the answers the model gave to them."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from happysad.pipeline.estimators.fitted_model import predict_p_happy
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import ImageSource, read_image

ENTRY = "probe"  # of the card

MAX_IMAGES = 4
MAX_PIXELS = 256  # longest side: the card stays a small text file whatever the images

TOLERANCE = 1e-3
"""How far p(happy) may lie from the one expected: other processors round otherwise, another
model differs by far more."""


def make_selfcheck(model: Any, images: Sequence[ImageSource]) -> list[dict[str, Any]]:
    """Up to ``MAX_IMAGES`` images as base64 PNG, with the p(happy) the model gives to them now."""
    from PIL import Image

    if len(images) > MAX_IMAGES:
        raise UserError(
            f"a self-check holds up to {MAX_IMAGES} images, but {len(images)} were given"
        )
    entries, pixels = [], []
    for image in map(read_image, images):
        picture, png = Image.fromarray(image), io.BytesIO()
        picture.thumbnail((MAX_PIXELS, MAX_PIXELS))
        picture.save(png, "PNG", optimize=True)
        pixels.append(np.array(picture))
        entries.append({"png": base64.b64encode(png.getvalue()).decode("ascii")})
    answers = predict_p_happy(model, pixels).tolist() if pixels else []
    return [{**entry, "p_happy": p} for entry, p in zip(entries, answers, strict=True)]


def find_mismatch(model: Any, entries: Sequence[Mapping[str, Any]]) -> str:
    """The first answer that is not the one expected, in words; ``""`` where all are."""
    from PIL import Image

    try:
        files = [io.BytesIO(base64.b64decode(entry["png"], validate=True)) for entry in entries]
        images = [np.array(Image.open(file)) for file in files]
        expected = [float(entry["p_happy"]) for entry in entries]
    except (KeyError, TypeError, ValueError, OSError, SyntaxError):  # SyntaxError: a bad PNG
        raise UserError(
            "the self-check on the card is damaged: copy the model and its card again or train "
            "it anew"
        ) from None
    answers = predict_p_happy(model, images).tolist() if images else []
    for number, (p, wanted) in enumerate(zip(answers, expected, strict=True), 1):
        if not abs(p - wanted) <= TOLERANCE:  # so put, NaN is a mismatch too
            return f"self-check image {number} gives p_happy {p:.4f} in place of {wanted:.4f}"
    return ""
