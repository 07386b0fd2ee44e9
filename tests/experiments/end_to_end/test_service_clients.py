"""Clients that ask a service, and check what it says."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest

from happysad.experiments.end_to_end.service_clients import LoadResult, ask_for, difference

FACE = {"label": "happy", "box": [1, 2, 3, 4], "p_happy": 0.9}


def body_of(*faces):
    return json.dumps({"images": [{"faces": faces}]}).encode()


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (200, body_of(FACE), ""),
        (200, body_of({**FACE, "p_happy": 0.9001}), ""),
        (200, body_of({**FACE, "p_happy": 0.9003}), "in place of"),
        (200, body_of({**FACE, "label": "sad"}), "in place of"),
        (200, body_of({**FACE, "box": [1, 2, 3, 5]}), "in place of"),
        (200, body_of(), "in place of"),
        (200, body_of(FACE, FACE), "in place of"),
        (503, b"busy", "status 503: b'busy'"),
    ],
)
def test_an_answer_is_right_or_said_not_to_be(status, body, told):
    found = difference(status, body, {"faces": [FACE]})
    assert told in found
    assert bool(found) == bool(told)


@pytest.fixture
def stand_in():
    """``stand_in(*answers)``: a service that gives these in turn, then hangs up; its address."""
    loops = []

    def start(*answers):
        left = list(answers)
        ready, loop = threading.Event(), asyncio.new_event_loop()
        found = []

        async def talk(reader, writer):
            while left:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
                seen.append((head.split(b" ")[1], await reader.readexactly(length)))
                answer = left.pop(0)
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer
                )
            writer.close()

        async def listen():
            server = await asyncio.start_server(talk, "127.0.0.1", 0)
            found.append(server.sockets[0].getsockname())
            ready.set()

        def run():
            asyncio.set_event_loop(loop)
            loop.create_task(listen())
            loop.run_forever()

        seen = []
        thread = threading.Thread(target=run)
        thread.start()
        loops.append((loop, thread))
        assert ready.wait(10)
        return found[0], seen

    yield start
    for loop, thread in loops:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def test_clients_go_round_the_images_and_check_every_answer(stand_in):
    address, seen = stand_in(body_of(FACE), body_of(), body_of(FACE))
    expected = [{"faces": [FACE]}, {"faces": []}]
    heard = ask_for(60, address, [b"one", b"two"], expected, clients=1, watch=lambda: 5.0)
    assert seen == [(b"/v1/predict", image) for image in (b"one", b"two", b"one")]
    assert len(heard.seconds) == 3
    assert heard.watched == [5.0]
    (wrong,) = heard.wrong  # it hung up
    assert wrong.startswith("a connection broke: ")


def test_nobody_there_is_told():
    heard = ask_for(1, ("127.0.0.1", 9), [b""], [{"faces": []}], clients=2)
    assert len(heard.wrong) == 2
    assert heard.seconds == []


def test_what_was_heard_in_numbers():
    heard = LoadResult([0.1, 0.2, 0.3], lasted=1.5)
    assert heard.per_second == 2
    assert heard.percentile(50) == pytest.approx(200)
    assert LoadResult().per_second == 0
    assert LoadResult().percentile(50) != LoadResult().percentile(50)  # NaN
