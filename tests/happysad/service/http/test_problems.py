"""Mistakes: one sentence, and the right status."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from happysad.service.http.multipart import InvalidBodyError
from happysad.service.http.problems import add_problems
from happysad.service.http.request_body import BodyTimeoutError, MemoryLimitError
from happysad.service.workers.batch_scheduler import QueueFullError, ServiceStoppedError
from happysad.service.workers.limits import TooLargeError
from happysad.service.workers.models import UnknownModelError
from happysad.utils.errors import UserError


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UserError("so"), 400),
        (InvalidBodyError("so"), 400),
        (UnknownModelError("so"), 404),
        (BodyTimeoutError("so"), 408),
        (TooLargeError("so"), 413),
        (MemoryLimitError("so"), 503),
        (ServiceStoppedError("so"), 503),
    ],
)
def test_each_kind_has_its_status(refuses, error, status):
    app = FastAPI()
    add_problems(app)

    @app.get("/")
    def wrong():
        raise error

    answer = TestClient(app).get("/")
    assert refuses(answer, status) == "so"
    assert ("retry-after" in answer.headers) == (status == 503)
    assert ("connection" in answer.headers) == (status in (408, 413, 503))


def test_a_full_queue_says_when_to_come_back(refuses):
    app = FastAPI()
    add_problems(app)

    @app.get("/")
    def wrong():
        raise QueueFullError(300, 7)

    answer = TestClient(app).get("/")
    assert refuses(answer, 503) == "300 images are waiting already: come back in 7 seconds"
    assert answer.headers["retry-after"] == "7"
