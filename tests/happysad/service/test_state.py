"""What the addresses of a service share."""

from __future__ import annotations

import base64
import json

from happysad.pipeline.model_files.shipped import SHIPPED
from happysad.service.http.bind_address import LOOPBACK
from happysad.service.state import Settings, as_json


def test_without_more_said_the_shipped_models_answer_this_machine_only():
    settings = Settings()
    assert settings.models == tuple(SHIPPED)
    assert settings.hosts == LOOPBACK


def test_half_a_character_in_a_name_does_not_break_an_answer(client, picture, refuses):
    assert json.loads(as_json({"a": "\ud800"}).body) == {"a": "\ud800"}
    data = base64.b64encode(picture).decode()
    text = f'{{"images": [{{"name": "\\ud83d", "data": "{data}"}}]}}'
    answer = client.post("/v1/predict/batch", content=text)
    assert refuses(answer, 400).startswith("the body: invalid JSON")


def test_a_full_queue_is_503_for_a_whole_request(service, picture, refuses, monkeypatch):
    client = service(room=1)
    monkeypatch.setattr(
        type(client.app.state.service.answering._orders), "images", property(lambda self: 1)
    )
    answer = client.post("/v1/predict", content=picture)
    assert "1 images are waiting" in refuses(answer, 503)
    assert int(answer.headers["retry-after"]) >= 1


def test_too_many_pixels_are_413(service, picture, refuses):
    from happysad.service.http.limits import Limits

    client = service(limits=Limits(pixels=1000))
    told = refuses(client.post("/v1/predict", content=picture), 413)
    assert told == "image 0 has 512 x 320 pixels and this service takes 1,000: make it smaller"
