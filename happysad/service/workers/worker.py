"""A worker predicts a few images at a time: the interface, and one within this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.prediction.predict_faces import predict_faces
from happysad.pipeline.prediction.prediction import ImagePrediction
from happysad.service.workers import model_cache
from happysad.service.workers.limits import Limits, why_unreadable

NamedImages = Sequence[tuple[str, bytes]]  # names and encoded images


class PredictOptions(NamedTuple):
    """What is the same for images that are predicted together."""

    model: str
    crops: bool
    band: RejectBand | None
    min_score: float | None = None
    min_face: float | None = None


class Worker(Protocol):
    """Predicts a few images at a time."""

    def predict(self, options: PredictOptions, images: NamedImages) -> list[ImagePrediction]:
        """One prediction per image."""

    def close(self) -> None:
        """End it; may be called while another thread waits for predictions."""


class InProcessWorker:
    """This process; ``sources`` maps model names to shipped names or files.

    An image of more than ``pixels`` raises TooLargeError.
    """

    def __init__(self, sources: Mapping[str, str], pixels: int = Limits.pixels) -> None:
        self._sources, self._pixels = dict(sources), pixels
        model_cache.preload({})

    def predict(self, options: PredictOptions, images: NamedImages) -> list[ImagePrediction]:
        """One prediction per image; what is no image is not given to the model."""
        model = model_cache.get_model(options.model, self._sources[options.model])
        reasons = [why_unreadable(data, name, self._pixels) for name, data in images]
        readable = [image for image, reason in zip(images, reasons, strict=True) if not reason]
        predicted = predict_faces(
            model,
            [data for _, data in readable],
            crops=options.crops,
            min_score=options.min_score,
            min_face=options.min_face,
            band=options.band,
            names=[name for name, _ in readable],
        )
        predictions = iter(predicted)
        return [
            ImagePrediction(name, "unreadable", reason) if reason else next(predictions)
            for (name, _), reason in zip(images, reasons, strict=True)
        ]

    def close(self) -> None:
        """Nothing to close."""
