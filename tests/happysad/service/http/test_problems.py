"""Mistakes: one sentence, and the right status."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from happysad.service.http.multipart import BadBody
from happysad.service.http.problems import add_problems
from happysad.service.http.request_body import NoRoom, TooSlow
from happysad.service.workers.batch_scheduler import Busy, Gone
from happysad.service.workers.image_limits import TooLarge
from happysad.service.workers.models import UnknownModel
from happysad.utils.errors import UserError


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UserError("so"), 400),
        (BadBody("so"), 400),
        (UnknownModel("so"), 404),
        (TooSlow("so"), 408),
        (TooLarge("so"), 413),
        (NoRoom("so"), 503),
        (Gone("so"), 503),
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
        raise Busy(300, 7)

    answer = TestClient(app).get("/")
    assert refuses(answer, 503) == "300 images are waiting already: come back in 7 seconds"
    assert answer.headers["retry-after"] == "7"
