"""The settings of a service, and what its endpoints share."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import Response
from starlette.requests import ClientDisconnect

from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.model_files.card_thresholds import applied_reject_band
from happysad.pipeline.model_files.shipped import SHIPPED
from happysad.pipeline.prediction.predict_faces import HALF
from happysad.pipeline.prediction.prediction import image_json
from happysad.service.http.bind_address import LOOPBACK
from happysad.service.http.metrics import Metrics
from happysad.service.http.multipart import Upload
from happysad.service.http.openapi import VERSION
from happysad.service.http.request_body import BodyReader
from happysad.service.http.schemas import ExplainParameters, PredictParameters
from happysad.service.workers.batch_scheduler import BatchScheduler, QueueFullError
from happysad.service.workers.limits import Limits
from happysad.service.workers.models import ServedModel, ServedModels
from happysad.service.workers.worker import PredictOptions
from happysad.service.workers.worker_processes import start_workers
from happysad.utils.errors import UserError

T = TypeVar("T")

EXPLAIN_SECONDS = 5
"""After which one may ask again for an explanation, where others have theirs drawn."""


@dataclass(frozen=True)
class Settings:
    """Of a service.

    Attributes
    ----------
    models : sequence of str
        Names of shipped models and model files; the first is the default.
    jobs : int
        Workers, each of which predicts a batch at a time.
    processes : bool
        Each in a process of its own; else in threads, which start at once and are enough for a
        test.
    hosts : set of str or None
        Names by which it may be called, without port; None for any.
    queue_size : int
        Images that may wait.
    limits : Limits

    Examples
    --------
    >>> from happysad.service import Settings
    >>> Settings(jobs=2).models
    ('stack', 'texture-svm')
    """

    models: Sequence[str] = tuple(SHIPPED)
    jobs: int = 1
    processes: bool = False
    hosts: frozenset[str] | None = LOOPBACK
    queue_size: int = 512
    limits: Limits = field(default_factory=Limits)


class Service:
    """What the endpoints share."""

    def __init__(self, settings: Settings) -> None:
        self.models = ServedModels(settings.models)
        self.bodies = BodyReader(settings.limits)
        self.metrics = Metrics(self.models, lambda: self.scheduler.waiting)
        sources = {model.name: model.source for model in self.models}
        workers = start_workers(settings.jobs, sources, settings.limits.pixels, settings.processes)
        self._jobs, self._explaining = settings.jobs, 0
        self.scheduler = BatchScheduler(workers, settings.queue_size, self.metrics.batch)

    async def predict(
        self, request: Request, uploads: Sequence[Upload], parameters: PredictParameters
    ) -> Response:
        """The predictions for some images; the time is measured from when all have arrived."""
        start = time.perf_counter()
        model, band, options = self._options(parameters)
        search = {"min_score": parameters.min_score, "min_face": parameters.min_face}
        future = self.scheduler.submit(options, uploads)
        predictions = await result_unless_disconnected(request, future)
        self.metrics.predictions(model.name, predictions)
        content: dict[str, Any] = {
            "model": model.name,
            "model_sha256": model.card["sha256"],
            "happysad": VERSION,
            "max_error": parameters.max_error,
            "low": band.low,
            "high": band.high,
            **search,
            "milliseconds": round(1000 * (time.perf_counter() - start), 1),
            "images": [image_json(prediction) for prediction in predictions],
        }
        if all(prediction.status == "unreadable" for prediction in predictions):
            first = predictions[0]
            sentence = f"{first.image} cannot be read: {first.reason}"
            if len(predictions) > 1:
                sentence = (
                    f"none of the {len(predictions)} images can be read; the first: {first.reason}"
                )
            return json_response({"detail": sentence, **content}, 422)
        return json_response(content)

    async def explain(
        self, request: Request, uploads: Sequence[Upload], parameters: ExplainParameters
    ) -> Response:
        """The explanation of a face as a PNG picture; as many at a time as there are workers."""
        if len(uploads) != 1:
            raise UserError(f"one image is explained at a time, and {len(uploads)} were sent")
        if self._explaining >= self._jobs:  # each takes as long as a hundred predictions
            raise QueueFullError(self._explaining, EXPLAIN_SECONDS)
        _, _, options = self._options(parameters)
        options = options._replace(explained=parameters.face)
        self._explaining += 1
        try:
            future = self.scheduler.submit(options, uploads)
            (png,) = await result_unless_disconnected(request, future)
        finally:
            self._explaining -= 1
        return Response(png, media_type="image/png")

    def _options(
        self, parameters: PredictParameters
    ) -> tuple[ServedModel, RejectBand, PredictOptions]:
        model = self.models.get(parameters.model)
        always = parameters.always_answer
        band = applied_reject_band(model.card, parameters.max_error, always) or HALF
        search = parameters.min_score, parameters.min_face
        return model, band, PredictOptions(model.name, parameters.crops, band, *search)


def json_response(content: dict[str, Any], status: int = 200) -> Response:
    """JSON in ASCII: a name can hold half of a character, which UTF-8 cannot."""
    text = json.dumps(content, allow_nan=False, separators=(",", ":"))
    return Response(text, status, media_type="application/json")


async def result_unless_disconnected(request: Request, future: Future[T]) -> T:
    """The result; if the client leaves, the future is cancelled, and ClientDisconnect raised."""
    result = asyncio.wrap_future(future)
    disconnect = asyncio.create_task(_disconnected(request))
    waited: set[asyncio.Future[Any]] = {result, disconnect}
    try:
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if not result.done() or result.cancelled():
            raise ClientDisconnect
        return result.result()
    finally:
        disconnect.cancel()
        result.cancel()  # cancels the future too; of no effect once it is done


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
