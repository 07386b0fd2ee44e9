"""The prediction for one image, and how it is written: as rows of a table, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from happysad.pipeline.evaluation.abstention import confidence

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "image", "face", "status", "label", "confidence", "p_happy", "left", "top", "right", "bottom",
    "score", "reason",
)  # fmt: skip

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class FacePrediction:
    """One face: "happy", "sad" or "unsure"."""

    label: str
    p_happy: float
    box: Box  # left, top, right, bottom in pixels of the upright image, the last two exclusive
    score: float  # the detector's, from 0 to 1
    status: str = "ok"  # or "full_frame": none was found, and the whole image taken for one

    @property
    def confidence(self) -> float | None:
        """How sure the label is, from 0 to 1; None for unsure."""
        return confidence(self.label, self.p_happy)


@dataclass(frozen=True)
class ImagePrediction:
    """One image, by its name, and its faces, the most confident detection first."""

    image: str
    status: str  # that of its faces, "no_face" or "unreadable"
    reason: str = ""  # why it is unreadable
    width: int = 0  # in pixels, upright
    height: int = 0
    faces: tuple[FacePrediction, ...] = ()


def image_json(image: ImagePrediction) -> dict[str, Any]:
    """A prediction in what JSON knows: ``p_happy`` with four digits, ``box`` a list of four;
    ``confidence`` is null for unsure."""
    return {
        **vars(image),
        "faces": [
            {
                "face": number,
                "status": face.status,
                "label": face.label,
                "confidence": _rounded(face.confidence),
                "p_happy": round(face.p_happy, 4),
                "box": list(face.box),
                "score": round(face.score, 3),
            }
            for number, face in enumerate(image.faces)
        ],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def rows(images: Iterable[ImagePrediction]) -> Iterator[tuple[Any, ...]]:
    """A row per face by ``COLUMNS``; one of face -1 and None where there is no face."""
    for image in images:
        for number, face in enumerate(image.faces):
            sure = (face.label, face.confidence, face.p_happy)
            yield (image.image, number, face.status, *sure, *face.box, face.score, "")
        if not image.faces:
            yield (image.image, -1, image.status, *[None] * 8, image.reason)


def to_frame(images: Iterable[ImagePrediction]) -> pd.DataFrame:
    """The rows as a frame; without a face there is no label, number (NaN) or box (NA)."""
    import pandas as pd

    frame = pd.DataFrame(list(rows(images)), columns=pd.Index(COLUMNS))
    kinds: dict[str, Any] = {"face": "int64", "label": object}
    kinds |= dict.fromkeys(("confidence", "p_happy", "score"), "float64")
    kinds |= dict.fromkeys(("left", "top", "right", "bottom"), "Int64")
    return frame.astype(kinds)
