"""Boxes and words drawn over a picture, readable on any background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from happysad.experiments.reporting.figures.style import GREY, HAPPY, SAD
from happysad.pipeline.prediction.prediction import Box

Color = tuple[int, int, int]


def _rgb(color: str) -> Color:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red, green, blue


# Label to the colour of its box and of the words on it.
COLORS: dict[str, tuple[Color, Color]] = {
    "happy": (_rgb(HAPPY), (0, 0, 0)),
    "sad": (_rgb(SAD), (255, 255, 255)),
}
OTHER: tuple[Color, Color] = (_rgb(GREY), (255, 255, 255))
EDGE: Color = (255, 255, 255)


@dataclass(frozen=True)
class Mark:
    """A box (left, top, right, bottom) in pixels, the label for its colour, and the text at it.

    Examples
    --------
    >>> Mark((100, 120, 180, 200), "happy", "happy 0.97").label
    'happy'
    """

    box: Box
    label: str
    text: str


def draw_marks(image: NDArray[np.uint8], marks: Sequence[Mark]) -> NDArray[np.uint8]:
    """A copy of a picture with a box and a text for each mark.

    Parameters
    ----------
    image : (H, W) or (H, W, 3) uint8
        Grey or RGB.

    Returns
    -------
    (H, W, 3) uint8

    Examples
    --------
    >>> import numpy as np
    >>> from happysad.output import Mark, draw_marks
    >>> grey = np.full((300, 400), 90, np.uint8)
    >>> draw_marks(grey, [Mark((100, 120, 180, 200), "happy", "happy 0.97")]).shape
    (300, 400, 3)
    """
    drawn = np.repeat(image[..., None], 3, axis=2) if image.ndim == 2 else image.copy()
    drawn = np.ascontiguousarray(drawn)
    taken: list[Box] = []
    for mark in marks:
        _draw_box(drawn, mark)
    for mark in marks:  # after all boxes, so that none runs through the words
        plate = _plate(mark.text, *COLORS.get(mark.label, OTHER), _text_size(image.shape[:2]))
        taken.append(_put(drawn, plate, mark.box, taken))
    return drawn


def _text_size(shape: tuple[int, ...]) -> int:
    """Height of letters in pixels: a thirtieth of the picture's shorter side, and never tiny."""
    return max(14, min(shape) // 28)


def _draw_box(drawn: NDArray[np.uint8], mark: Mark) -> None:
    """A coloured line between two white ones: one of them stands out on any background."""
    color = COLORS.get(mark.label, OTHER)[0]
    left, top, right, bottom = mark.box
    thin = max(2, min(drawn.shape[:2]) // 240)
    corners = (left, top), (right - 1, bottom - 1)
    cv2.rectangle(drawn, *corners, EDGE, thin + 2 * max(1, thin // 3))
    cv2.rectangle(drawn, *corners, color, thin)


def _put(drawn: NDArray[np.uint8], plate: NDArray[np.uint8], box: Box, taken: Sequence[Box]) -> Box:
    """Lay a plate over the box, or under it, or into it, where there is room; return its box."""
    height, width = plate.shape[:2]
    x = max(0, min(box[0] - 2, drawn.shape[1] - width))
    places = [box[1] - height, box[3], box[1]]
    free = [y for y in places if 0 <= y <= drawn.shape[0] - height]
    apart = [y for y in free if not any(_overlap((x, y, x + width, y + height), t) for t in taken)]
    y = (apart or free or [max(0, min(box[1], drawn.shape[0] - height))])[0]
    shown = drawn[y : y + height, x : x + width]
    shown[:] = plate[: shown.shape[0], : shown.shape[1]]
    return x, y, x + width, y + height


def _overlap(one: Box, other: Box) -> bool:
    across = one[0] < other[2] and other[0] < one[2]
    return across and one[1] < other[3] and other[1] < one[3]


@lru_cache(maxsize=128)
def _plate(text: str, ground: Color, ink: Color, size: int) -> NDArray[np.uint8]:
    """Text on a ground, (h, w, 3)."""
    font = ImageFont.load_default(size)
    left, _, right, _ = font.getbbox(text)
    pad = max(3, size // 4)
    plate = Image.new("RGB", (round(right - left) + 2 * pad, size + 2 * pad), ground)
    ImageDraw.Draw(plate).text((pad, plate.height / 2), text, ink, font, anchor="lm")
    return np.asarray(plate)


def draw_note(image: NDArray[np.uint8], text: str) -> NDArray[np.uint8]:
    """A copy of a picture, (H, W, 3) RGB, with a plate of text in its upper left corner."""
    drawn = draw_marks(image, [])
    _put(drawn, _plate(text, *OTHER, _text_size(image.shape[:2])), (2, 0, 0, 0), [])
    return drawn
