"""Copies of pictures and frames with boxes and labels drawn over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from happysad.output.drawing import Mark, draw_marks, draw_note
from happysad.output.prediction_table import note
from happysad.pipeline.prediction.prediction import FacePrediction, ImagePrediction
from happysad.utils.atomic_files import atomic_write
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import ImageSource, read_image

if TYPE_CHECKING:
    from happysad.pipeline.tracking.tracker import TrackedFace

JPEG_QUALITY = 92

SMALL = 240
"""Pixels of the shorter side below which a picture is enlarged, so that labels cover no face."""

LARGE = 1280
"""Pixels of the longer side up to which it is."""


def annotate(
    pairs: Iterable[tuple[ImagePrediction, ImageSource]], paths: Sequence[Path]
) -> list[Path]:
    """Write an annotated copy of each image that could be read; return the files written.

    Raises
    ------
    UserError
        A file cannot be written.
    """
    written = []
    for (prediction, source), path in zip(pairs, paths, strict=True):
        if prediction.status != "unreadable":
            _save(prediction, source, path)
            written.append(path)
    return written


def annotate_frame(frame: NDArray[np.uint8], faces: Sequence[TrackedFace]) -> NDArray[np.uint8]:
    """A copy of a video frame, (H, W, 3) RGB, with track, label and p(happy) of each face."""
    marks = [Mark(f.box, f.label, f"{f.track} {f.label} {f.p_happy:.2f}") for f in faces]
    return draw_marks(frame, marks) if marks else draw_note(frame, "no face")


def face_text(face: FacePrediction) -> str:
    """Such as "happy 0.97": the label and p(happy), and whether no face was found."""
    return f"{face.label} {face.p_happy:.2f}{note(face)}"


def _scale(shape: tuple[int, ...]) -> int:
    """How often each pixel of a small picture is repeated; of a long strip, not without end."""
    return max(1, min(round(SMALL / min(shape[:2])), LARGE // max(shape[:2])))


def _mark(face: FacePrediction, scale: int) -> Mark:
    left, top, right, bottom = (side * scale for side in face.box)
    return Mark((left, top, right, bottom), face.label, face_text(face))


def _save(prediction: ImagePrediction, source: ImageSource, path: Path) -> None:

    pixels = read_image(source)
    scale = _scale(pixels.shape)
    if scale > 1:
        pixels = pixels.repeat(scale, axis=0).repeat(scale, axis=1)
    marks = [_mark(face, scale) for face in prediction.faces]
    drawn = draw_marks(pixels, marks) if marks else draw_note(pixels, "no face")
    options: dict[str, Any] = {} if path.suffix == ".png" else {"quality": JPEG_QUALITY}
    try:
        with atomic_write(path) as temporary:
            Image.fromarray(drawn).save(temporary, **options)
    except OSError as error:
        raise UserError(f"cannot write the picture {path}: {error.strerror}") from None
