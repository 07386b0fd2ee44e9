"""Who answers a few images at a time: the interface, and this process as one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from happysad.service.workers import model_cache as warm
from happysad.service.workers.image_limits import PIXELS, unreadable

if TYPE_CHECKING:
    from happysad.pipeline.evaluation.abstention import RejectBand
    from happysad.pipeline.prediction.prediction import ImagePrediction

Named = Sequence[tuple[str, bytes]]
"""Images and their names."""


class PredictOptions(NamedTuple):
    """What is the same for images that are answered together."""

    model: str
    crops: bool
    band: RejectBand | None
    min_score: float | None = None


class Worker(Protocol):
    """Answers a few images at a time."""

    def answer(self, asked: PredictOptions, images: Named) -> list[ImagePrediction]:
        """One answer per image."""

    def close(self) -> None:
        """Nothing more will be asked; may be called while another thread waits for an answer."""


class InProcessWorker:
    """This process, whose threads take turns with much of the work.

    Parameters
    ----------
    sources : mapping
        Model names to shipped names or files.
    pixels : int
        An image of more raises TooLarge.
    """

    def __init__(self, sources: Mapping[str, str], pixels: int = PIXELS) -> None:
        self._sources, self._pixels = dict(sources), pixels
        warm.prepare({})

    def answer(self, asked: PredictOptions, images: Named) -> list[ImagePrediction]:
        """One answer per image; what is no image is not given to the model."""
        from happysad.pipeline.prediction.predict_faces import predict_faces
        from happysad.pipeline.prediction.prediction import ImagePrediction

        reasons = [unreadable(data, name, self._pixels) for name, data in images]
        whole = [one for one, reason in zip(images, reasons, strict=True) if not reason]
        model = warm.pipeline(asked.model, self._sources[asked.model])
        names, data = [name for name, _ in whole], [data for _, data in whole]
        answers = iter(
            predict_faces(
                model, data, crops=asked.crops, min_score=asked.min_score, band=asked.band,
                names=names,
            )
        )  # fmt: skip
        return [
            ImagePrediction(name, "unreadable", reason) if reason else next(answers)
            for (name, _), reason in zip(images, reasons, strict=True)
        ]

    def close(self) -> None:
        """Nothing to close."""
