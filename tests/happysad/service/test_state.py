"""What the endpoints of a service share."""

from __future__ import annotations

import asyncio
import base64
import json
from concurrent.futures import Future

import pytest
from starlette.requests import ClientDisconnect, Request

from happysad.pipeline.model_files.shipped import SHIPPED
from happysad.service.http.bind_address import LOOPBACK
from happysad.service.state import Settings, json_response, result_unless_disconnected


def test_without_more_said_the_shipped_models_answer_this_machine_only():
    settings = Settings()
    assert settings.models == tuple(SHIPPED)
    assert settings.hosts == LOOPBACK


def test_half_a_character_in_a_name_does_not_break_an_answer(client, picture, refuses):
    assert json.loads(json_response({"a": "\ud800"}).body) == {"a": "\ud800"}
    data = base64.b64encode(picture).decode()
    text = f'{{"images": [{{"name": "\\ud83d", "data": "{data}"}}]}}'
    answer = client.post("/v1/predict/batch", content=text)
    assert refuses(answer, 400).startswith("the body: invalid JSON")


def test_a_full_queue_is_503_for_a_whole_request(service, picture, refuses, monkeypatch):
    client = service(queue_size=1)
    monkeypatch.setattr(
        type(client.app.state.service.scheduler._queue), "images", property(lambda self: 1)
    )
    answer = client.post("/v1/predict", content=picture)
    assert "1 image is waiting" in refuses(answer, 503)
    assert int(answer.headers["retry-after"]) >= 1


def test_too_many_pixels_are_413(service, picture, refuses):
    from happysad.service.workers.limits import Limits

    client = service(limits=Limits(pixels=1000))
    told = refuses(client.post("/v1/predict", content=picture), 413)
    assert told == "image 0 has 512 x 320 pixels and this service takes 1,000: make it smaller"


def result(future, leaves):
    """Wait for the result, for a client that leaves or does not."""

    async def receive():
        if not leaves:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    return asyncio.run(result_unless_disconnected(Request({"type": "http"}, receive), future))


def test_an_answer_that_is_there_is_given():
    future = Future()
    future.set_result([1])
    assert result(future, leaves=False) == [1]


def test_the_future_of_a_client_that_left_is_cancelled():
    future = Future()
    with pytest.raises(ClientDisconnect):
        result(future, leaves=True)
    assert future.cancelled()


def test_an_error_is_handed_on():
    future = Future()
    future.set_exception(KeyError("x"))
    with pytest.raises(KeyError):
        result(future, leaves=False)


def test_an_future_cancelled_at_the_end_of_the_service_is_as_if_the_client_had_left():
    future = Future()
    future.cancel()
    with pytest.raises(ClientDisconnect):
        result(future, leaves=False)
