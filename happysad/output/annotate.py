"""``--annotate``: the pictures again, with boxes and words drawn over them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from happysad.output.prediction_table import note
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from happysad.pipeline.prediction.prediction import Box, FacePrediction, ImagePrediction
    from happysad.utils.image_decoding import ImageSource

LOSSLESS = (".png", ".bmp", ".tif", ".tiff", ".gif", ".pgm", ".ppm")
QUALITY = 92

SMALL = 240
"""Pixels of the shorter side below which a picture is enlarged."""

LARGE = 1280
"""Pixels of the longer side up to which it is."""


def face_text(face: FacePrediction) -> str:
    """Such as "happy 0.97", the label and p(happy), and whether no face was found."""
    return f"{face.label} {face.p_happy:.2f}{note(face)}"


def targets(folder: Path, images: Sequence[ImageSource]) -> list[Path]:
    """Where each image's copy goes: its own name, numbered where two share one.

    Parameters
    ----------
    folder : Path
    images : sequence of Path

    Raises
    ------
    UserError
        A copy would be written over one of the images.
    """
    originals = {os.path.realpath(str(image)) for image in images}
    numbers: Counter[str] = Counter()
    taken: set[str] = set()  # whatever the case: to some systems a.jpg and A.jpg are one
    given = []
    for image in images:
        path = Path(str(image))
        suffix = ".png" if path.suffix.lower() in LOSSLESS else ".jpg"
        name, first = path.stem + suffix, path.stem.casefold() + suffix
        while name.casefold() in taken:
            numbers[first] += 1
            name = f"{path.stem}-{numbers[first] + 1}{suffix}"
        target = folder / name
        if os.path.realpath(target) in originals:
            raise UserError(
                f"--annotate {folder} would write over your picture {target}: name another folder"
            )
        taken.add(name.casefold())
        given.append(target)
    return given


def annotate(
    pairs: Iterable[tuple[ImagePrediction, ImageSource]], places: Sequence[Path]
) -> list[Path]:
    """Write a copy of each image that could be read; give the files written.

    Raises
    ------
    UserError
        A file cannot be written.
    """
    written = []
    for (answer, source), place in zip(pairs, places, strict=True):
        if answer.status != "unreadable":
            _save(answer, source, place)
            written.append(place)
    return written


def _times(shape: tuple[int, ...]) -> int:
    """How often each pixel of a small picture is repeated; of a long strip, not without end."""
    return max(1, min(round(SMALL / min(shape[:2])), LARGE // max(shape[:2])))


def _enlarged(box: Box, times: int) -> Box:
    left, top, right, bottom = (side * times for side in box)
    return left, top, right, bottom


def _save(answer: ImagePrediction, source: ImageSource, place: Path) -> None:
    from PIL import Image

    from happysad.output.drawing import Mark, draw_marks, draw_note
    from happysad.utils.atomic_files import atomic_write
    from happysad.utils.image_decoding import read_image

    pixels = read_image(source)
    times = _times(pixels.shape)
    if times > 1:  # or the words would cover the face
        pixels = np.repeat(np.repeat(pixels, times, axis=0), times, axis=1)
    marks = [Mark(_enlarged(face.box, times), face.label, face_text(face)) for face in answer.faces]
    drawn = draw_marks(pixels, marks) if marks else draw_note(pixels, "no face")
    options: dict[str, Any] = {} if place.suffix == ".png" else {"quality": QUALITY}
    try:
        with atomic_write(place) as beside:
            Image.fromarray(drawn).save(beside, **options)
    except OSError as error:
        raise UserError(f"cannot write the picture {place}: {error.strerror}") from None
