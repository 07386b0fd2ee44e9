"""What the addresses of a service share, and how it is set up."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from happysad.pipeline.model_files.shipped import SHIPPED
from happysad.pipeline.prediction.prediction import ImagePrediction, image_json
from happysad.service.http.bind_address import LOOPBACK
from happysad.service.http.limits import Limits
from happysad.service.http.metrics import Metrics
from happysad.service.http.multipart import Upload
from happysad.service.http.openapi import VERSION
from happysad.service.http.request_body import Bodies
from happysad.service.workers.backpressure import answers_unless_gone
from happysad.service.workers.batch_scheduler import BatchScheduler
from happysad.service.workers.models import Models
from happysad.service.workers.worker import PredictOptions
from happysad.service.workers.worker_processes import start_workers


@dataclass(frozen=True)
class Settings:
    """Of a service.

    Attributes
    ----------
    models : sequence of str
        Names of shipped models and model files; the first is the default.
    jobs : int
        How many answer at once.
    processes : bool
        Each in a process of its own; else in threads, which start at once and are enough for a
        test.
    hosts : set of str or None
        Names by which it may be called, without port; None for any.
    room : int
        Images that may wait.
    limits : Limits
    """

    models: Sequence[str] = tuple(SHIPPED)
    jobs: int = 1
    processes: bool = False
    hosts: frozenset[str] | None = LOOPBACK
    room: int = 512
    limits: Limits = field(default_factory=Limits)


class Service:
    """What the addresses share."""

    def __init__(self, settings: Settings) -> None:
        self.models = Models(settings.models)
        self.bodies = Bodies(settings.limits)
        self.metrics = Metrics(self.models, lambda: self.answering.waiting)
        hands = start_workers(
            settings.jobs, self.models.sources, settings.limits.pixels, settings.processes
        )
        self.answering = BatchScheduler(hands, settings.room, self.metrics.spent)

    async def answer(
        self,
        request: Request,
        uploads: Sequence[Upload],
        model: str | None,
        max_error: float | None,
        min_score: float | None,
        crops: bool,
    ) -> Response:
        """The answers to some images; the request's time starts when they have all arrived.

        Raises
        ------
        UserError
            An unknown model, an error that it cannot keep to, too many pixels, a full queue.
        """
        began = time.perf_counter()
        offered = self.models.get(model)
        asked = PredictOptions(offered.name, crops, offered.band(max_error), min_score)
        order = self.answering.ask(asked, uploads)
        answers = await answers_unless_gone(request, order)
        self.metrics.answers(offered.name, answers)
        content: dict[str, Any] = {
            "model": offered.name,
            "model_sha256": offered.card["sha256"],
            "happysad": VERSION,
            "max_error": max_error,
            "min_score": min_score,
            "milliseconds": round(1000 * (time.perf_counter() - began), 1),
            "images": [image_json(answer) for answer in answers],
        }
        if all(answer.status == "unreadable" for answer in answers):
            return as_json({"detail": _why(answers), **content}, 422)
        return as_json(content)


def as_json(content: dict[str, Any], status: int = 200) -> Response:
    """An answer of JSON."""
    # In ASCII: a name can hold half of a character, which UTF-8 cannot.
    text = json.dumps(content, allow_nan=False, separators=(",", ":"))
    return Response(text, status, media_type="application/json")


def _why(answers: Sequence[ImagePrediction]) -> str:
    if len(answers) == 1:
        return f"{answers[0].image} cannot be read: {answers[0].reason}"
    return f"none of the {len(answers)} images can be read; the first: {answers[0].reason}"
