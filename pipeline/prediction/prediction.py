"""What is said of one image, and how it is written down: as rows of a table, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "image", "face", "status", "label", "p_happy", "left", "top", "right", "bottom", "score",
    "reason",
)  # fmt: skip

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class FacePrediction:
    """One face.

    Attributes
    ----------
    label : {"happy", "sad", "unsure"}
    p_happy : float
    box : (left, top, right, bottom)
        In pixels of the upright image, right and bottom exclusive.
    score : float
        The detector's, from 0 to 1.
    status : {"ok", "full_frame"}
        ``full_frame``: no face was found, as ``score`` says, and the whole image taken for one.
    """

    label: str
    p_happy: float
    box: Box
    score: float
    status: str = "ok"


@dataclass(frozen=True)
class ImagePrediction:
    """One image.

    Attributes
    ----------
    image : str
        Its name.
    status : {"ok", "full_frame", "no_face", "unreadable"}
    reason : str
        Why it is unreadable; else empty.
    width, height : int
        In pixels, upright; 0 where it is unreadable.
    faces : tuple of FacePrediction
        The surest face first.
    """

    image: str
    status: str
    reason: str = ""
    width: int = 0
    height: int = 0
    faces: tuple[FacePrediction, ...] = ()


def image_json(answer: ImagePrediction) -> dict[str, Any]:
    """An answer in what JSON knows: ``p_happy`` with four digits, ``box`` a list of four."""
    return {
        "image": answer.image,
        "status": answer.status,
        "reason": answer.reason,
        "width": answer.width,
        "height": answer.height,
        "faces": [
            {
                "face": number,
                "status": face.status,
                "label": face.label,
                "p_happy": round(face.p_happy, 4),
                "box": list(face.box),
                "score": round(face.score, 3),
            }
            for number, face in enumerate(answer.faces)
        ],
    }


def rows(answers: Iterable[ImagePrediction]) -> Iterator[tuple[Any, ...]]:
    """A row per face by ``COLUMNS``; one of face -1 and None where there is no face."""
    for answer in answers:
        for number, face in enumerate(answer.faces):
            said = (face.status, face.label, face.p_happy, *face.box, face.score)
            yield (answer.image, number, *said, "")
        if not answer.faces:
            yield (answer.image, -1, answer.status, *[None] * 7, answer.reason)


def to_frame(answers: Iterable[ImagePrediction]) -> pd.DataFrame:
    """The rows as a frame; without a face there is no label, number (NaN) or box (NA)."""
    import pandas as pd

    frame = pd.DataFrame(list(rows(answers)), columns=pd.Index(COLUMNS))
    kinds: dict[str, Any] = {"face": "int64", "label": object}
    kinds |= dict.fromkeys(("p_happy", "score"), "float64")
    kinds |= dict.fromkeys(("left", "top", "right", "bottom"), "Int64")
    return frame.astype(kinds)
