"""A worker predicts a few images at a time: the interface, and one within this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.prediction.predict_faces import predict_faces
from happysad.pipeline.prediction.prediction import ImagePrediction
from happysad.service.workers import model_cache
from happysad.service.workers.limits import Limits, why_unreadable
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import read_image

NamedImages = Sequence[tuple[str, bytes]]  # names and encoded images


class PredictOptions(NamedTuple):
    """What is the same for images that are predicted together."""

    model: str
    crops: bool
    band: RejectBand | None
    min_score: float | None = None
    min_face: float | None = None
    explained: int | None = None  # the face to explain: a PNG file's bytes instead of a prediction


class Worker(Protocol):
    """Predicts a few images at a time."""

    def predict(self, options: PredictOptions, images: NamedImages) -> list[Any]:
        """One prediction per image; of ``explained`` one explanation."""

    def close(self) -> None:
        """End it; may be called while another thread waits for predictions."""


class InProcessWorker:
    """This process; ``sources`` maps model names to shipped names or files.

    An image of more than ``pixels`` raises TooLargeError.
    """

    def __init__(self, sources: Mapping[str, str], pixels: int = Limits.pixels) -> None:
        self._sources, self._pixels = dict(sources), pixels
        model_cache.preload({})

    def predict(self, options: PredictOptions, images: NamedImages) -> list[Any]:
        """One prediction per image; what is no image is not given to the model."""
        if options.explained is not None:
            return [self._explain(options, *image) for image in images]
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

    def _explain(self, options: PredictOptions, name: str, data: bytes) -> bytes:
        from happysad.output.explain_figure import explanation_png
        from happysad.pipeline.explain.explanation import explain

        if reason := why_unreadable(data, name, self._pixels):
            raise UserError(f"{name} cannot be read: {reason}")
        model = model_cache.get_model(options.model, self._sources[options.model])
        found = explain(
            model,
            data,
            face=options.explained or 0,
            crops=options.crops,
            min_score=options.min_score,
            min_face=options.min_face,
            band=options.band,
        )
        return explanation_png(found, read_image(data), options.model)

    def close(self) -> None:
        """Nothing to close."""
