"""Reading bodies within limits."""

from __future__ import annotations

import base64
import gc
import json

import anyio
import pytest
from starlette.requests import Request

from happysad.service.http.multipart import InvalidBodyError
from happysad.service.http.request_body import BodyReader, BodyTimeoutError, MemoryLimitError
from happysad.service.http.schemas import BatchImage
from happysad.service.workers.limits import Limits, TooLargeError


def request_of(chunks, **headers):
    """A request whose body comes in these chunks; and the list of those that were asked for."""
    left, asked = list(chunks), []

    async def receive():
        asked.append(left.pop(0))
        return {"type": "http.request", "body": asked[-1], "more_body": bool(left)}

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "headers": raw}, receive), asked


def read(bodies, request, batch=False):
    async def run():
        async with bodies.batch(request) if batch else bodies.images(request) as told:
            return told[1] if batch else told, bodies.held

    return anyio.run(run)


def test_a_raw_body_is_one_image():
    bodies = BodyReader(Limits())
    request, _ = request_of([b"ab", b"c"], content_type="image/jpeg")
    assert read(bodies, request) == ([("image 0", b"abc")], 3)
    assert bodies.held == 0


def test_too_much_is_refused_before_it_is_read_where_it_is_announced():
    request, asked = request_of([b"x"] * 100, content_length="100")
    with pytest.raises(TooLargeError, match="the image is too large: this service takes 10 bytes"):
        read(BodyReader(Limits(image_bytes=10)), request)
    assert asked == []


def test_too_much_is_refused_as_it_comes_where_it_is_not():
    bodies = BodyReader(Limits(image_bytes=10, body_bytes=20))
    request, asked = request_of([b"xxxx"] * 100)
    with pytest.raises(TooLargeError):
        read(bodies, request)
    assert len(asked) == 3
    request, asked = request_of([b"xxxx"] * 100, content_type="multipart/form-data; boundary=x")
    with pytest.raises((TooLargeError, InvalidBodyError)):
        read(bodies, request)
    assert len(asked) <= 6
    request, asked = request_of([b"xxxx"] * 100)
    with pytest.raises(TooLargeError):
        read(bodies, request, batch=True)
    assert len(asked) == 6
    assert bodies.held == 0


def test_an_empty_body_is_refused():
    for batch in (False, True):
        with pytest.raises(InvalidBodyError, match="the body is empty"):
            read(BodyReader(Limits()), request_of([b""])[0], batch)


def test_all_bodies_together_are_limited_but_one_alone_always_fits():
    bodies = BodyReader(Limits(held_bytes=5))
    assert read(bodies, request_of([b"longer"])[0])[1] == 6
    bodies.held = 3
    with pytest.raises(MemoryLimitError, match="come back later"):
        read(bodies, request_of([b"abc"])[0])
    assert bodies.held == 3


@pytest.mark.parametrize("limit", ["pause_seconds", "body_seconds"])
@pytest.mark.parametrize("batch", [False, True])
def test_a_body_that_stalls_gives_its_room_back(limit, batch):
    bodies, parts = BodyReader(Limits(**{limit: 0.05})), [b"abc"]

    async def receive():
        if not parts:
            await anyio.sleep(20)
        return {"type": "http.request", "body": parts.pop(), "more_body": True}

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(BodyTimeoutError, match="took too long"):
        read(bodies, request, batch)
    assert bodies.held == 0


def test_a_body_that_drips_has_no_more_time_than_another():
    bodies, parts = BodyReader(Limits(pause_seconds=20, body_seconds=0.1)), [b"a"] * 500

    async def receive():
        await anyio.sleep(0.01)
        return {"type": "http.request", "body": parts.pop(), "more_body": bool(parts)}

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(BodyTimeoutError):
        read(bodies, request)


def test_of_a_batch_only_its_images_are_kept(monkeypatch):
    text = base64.b64encode(b"some bytes").decode()
    asked = {"model": "m", "max_error": 0.05, "min_score": 0.4, "min_face": 30.0, "crops": True}
    asked |= {"always_answer": False}
    body = json.dumps({"images": [{"data": text}]} | asked)
    bodies, seen = BodyReader(Limits()), []
    read_batch = bodies._parse_batch
    monkeypatch.setattr(bodies, "_parse_batch", lambda body: seen.append(body) or read_batch(body))

    async def run():
        async with bodies.batch(request_of([body.encode()])[0]) as (parameters, uploads):
            assert parameters.model_dump() == asked
            assert uploads == [("image 0", b"some bytes")]
            assert seen == [b""]
            assert not any(type(one) is BatchImage for one in gc.get_objects())

    gc.collect()
    anyio.run(run)


def batch_of(*data):
    images = ",".join(f'{{"data": "{one}"}}' for one in data)
    return request_of([f'{{"images": [{images}]}}'.encode()])[0]


def test_base64_with_line_breaks_and_in_data_addresses():
    text = base64.b64encode(b"some bytes").decode()
    request = batch_of(text, f"data:image/png;base64,{text}", f"{text[:4]}\\n{text[4:]}")
    uploads, _ = read(BodyReader(Limits()), request, batch=True)
    assert [one.data for one in uploads] == [b"some bytes"] * 3
    assert [one.name for one in uploads] == ["image 0", "image 1", "image 2"]


@pytest.mark.parametrize("data", ["&&&", "abc", "é"])
def test_what_is_not_base64_is_named(data):
    with pytest.raises(InvalidBodyError, match="the data of image 0 is not base64"):
        read(BodyReader(Limits()), batch_of(data), batch=True)


def test_a_batch_has_limits_too():
    small = Limits(batch=1, image_bytes=3)
    with pytest.raises(TooLargeError, match="up to 1 images"):
        read(BodyReader(small), batch_of("", ""), batch=True)
    with pytest.raises(TooLargeError, match="image 0 is too large"):
        read(BodyReader(small), batch_of("AAAAAAAA"), batch=True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "the body: "),
        ("{}", "images: field required"),
        ('{"images": []}', "images: list should have at least 1 item"),
        ('{"images": [{"name": "a"}]}', "images.0.data: field required"),
        ('{"images": [{"data": ""}], "colour": 1}', "colour: extra inputs"),
    ],
)
def test_what_is_wrong_with_json_is_one_sentence(text, told):
    with pytest.raises(InvalidBodyError) as error:
        read(BodyReader(Limits()), request_of([text.encode()])[0], batch=True)
    assert str(error.value).startswith(told)
