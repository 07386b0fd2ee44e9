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
from happysad.pipeline.evaluation.abstention import confidence_text
from happysad.pipeline.prediction.prediction import FacePrediction, ImagePrediction
from happysad.utils.atomic_files import atomic_write
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import ImageSource, read_image

if TYPE_CHECKING:
    from happysad.pipeline.tracking.tracker import TrackedFace

# A picture whose shorter side has fewer pixels is enlarged, so that labels cover no face: until
# its longer side has so many.
SMALL, LARGE = 240, 1280


def annotate(
    pairs: Iterable[tuple[ImagePrediction, ImageSource]], paths: Sequence[Path]
) -> list[Path]:
    """Write an annotated copy of each image that could be read; return the files written."""
    written = []
    for (prediction, source), path in zip(pairs, paths, strict=True):
        if prediction.status != "unreadable":
            _save(prediction, source, path)
            written.append(path)
    return written


def annotate_frame(frame: NDArray[np.uint8], faces: Sequence[TrackedFace]) -> NDArray[np.uint8]:
    """A copy of a video frame, (H, W, 3) RGB, with track, label and confidence of each face."""
    marks = [Mark(f.box, f.label, f"{f.track} {_answer(f)}") for f in faces]
    return draw_marks(frame, marks) if marks else draw_note(frame, "no face")


def face_text(face: FacePrediction) -> str:
    """Such as "happy 0.97": the label and its confidence, and whether no face was found."""
    return _answer(face) + note(face)


def _answer(face: FacePrediction | TrackedFace) -> str:
    return f"{face.label} {confidence_text(face.label, face.p_happy)}".strip()


def _save(prediction: ImagePrediction, source: ImageSource, path: Path) -> None:
    pixels = read_image(source)
    sides = pixels.shape[:2]
    # Of a long strip, each pixel is not repeated without end.
    scale = max(1, min(round(SMALL / min(sides)), LARGE // max(sides)))
    if scale > 1:
        pixels = pixels.repeat(scale, axis=0).repeat(scale, axis=1)
    marks = []
    for face in prediction.faces:
        left, top, right, bottom = (side * scale for side in face.box)
        marks.append(Mark((left, top, right, bottom), face.label, face_text(face)))
    drawn = draw_marks(pixels, marks) if marks else draw_note(pixels, "no face")
    options: dict[str, Any] = {} if path.suffix == ".png" else {"quality": 92}
    try:
        with atomic_write(path) as temporary:
            Image.fromarray(drawn).save(temporary, **options)
    except OSError as error:
        raise UserError(f"cannot write the picture {path}: {error.strerror}") from None
