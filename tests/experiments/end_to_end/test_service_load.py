"""The service under load, beside the library; nothing is asserted here of how fast it is."""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from click.testing import CliRunner

from happysad.experiments.end_to_end import service_load
from happysad.experiments.end_to_end.service_load import (
    LoadResult,
    difference,
    load,
    main,
    table,
)
from happysad.experiments.end_to_end.service_process import Service

FACE = {"label": "happy", "box": [1, 2, 3, 4], "p_happy": 0.9}


def body_of(*faces):
    return json.dumps({"images": [{"faces": faces}]}).encode()


def test_an_answer_is_right_or_said_not_to_be():
    for status, body, expected in (
        (200, body_of(FACE), ""),
        (200, body_of({**FACE, "p_happy": 0.9001}), ""),
        (200, body_of({**FACE, "p_happy": 0.9003}), "in place of"),
        (200, body_of({**FACE, "label": "sad"}), "in place of"),
        (200, body_of({**FACE, "box": [1, 2, 3, 5]}), "in place of"),
        (200, body_of(), "in place of"),
        (200, body_of(FACE, FACE), "in place of"),
        (503, b"busy", "status 503: b'busy'"),
    ):
        found = difference(status, body, {"faces": [FACE]})
        assert expected in found, body
        assert bool(found) == bool(expected), body


@pytest.fixture
def fake_service():
    """``fake_service(*answers)``: a Service that gives these in turn; its requests."""
    servers = []

    def start(*answers):
        left, requests = list(answers), []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not left:
                    self.close_connection = True
                    return
                requests.append((self.path, body))
                self.send_response(200)
                self.send_header("Content-Length", str(len(left[0])))
                self.end_headers()
                self.wfile.write(left.pop(0))

            def log_message(self, *args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        service = Service(0, *server.server_address)
        service.megabytes = lambda: 5.0
        return service, requests

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_clients_go_round_the_images_and_check_every_answer(fake_service):
    service, requests = fake_service(body_of(FACE), body_of(), body_of(FACE))
    expected = [{"faces": [FACE]}, {"faces": []}]
    result = load(service, [b"one", b"two"], expected, clients=1, seconds=60)
    assert requests == [("/v1/predict", image) for image in (b"one", b"two", b"one")]
    assert len(result.seconds) == 3
    assert set(result.megabytes) == {5.0}
    (wrong,) = result.wrong  # it hung up
    assert wrong.startswith("a connection broke: ")


def test_nobody_there_is_reported():
    result = load(Service(0, "127.0.0.1", 9), [b""], [{"faces": []}], clients=2, seconds=0.1)
    assert len(result.wrong) == 2
    assert result.seconds == []
    values = [value for _, value, _ in table(result, 0, (1.0, 1.0), 1, 1)]
    assert np.isnan(values).sum() == 3  # times of no answers


def test_the_table_sets_the_service_beside_the_library():
    result = LoadResult([0.1] * 90, [], [100.0] * 10 + [102.0] * 10)
    rows = table(result, 1.8, (25.0, 20.0), 2.0, jobs=1)
    values = {what: value for what, value, _ in rows}
    assert values["answers a second"] == 45
    assert values["time of an answer, 95th percentile"] == pytest.approx(100)
    assert values["service: cost of an image"] == pytest.approx(20)
    assert values["service: use of its cores"] == pytest.approx(90)
    assert values["library, batches of 1: images a second"] == pytest.approx(40)
    assert values["library, batches of 256: images a second"] == pytest.approx(50)
    assert values["service: memory in the first ten seconds"] == 100
    assert values["service: memory in the last ten seconds"] == 102
    both = table(result, 1.8, (25.0, 20.0), 2.0, jobs=2)
    assert ("library, batches of 256: images a second", 100, "") in both


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="chooses cores")
def test_a_short_run_prints_its_table_and_finds_nothing_wrong(model_file, monkeypatch):
    monkeypatch.setattr(service_load, "WARM_UP", 0.1)
    monkeypatch.setattr(service_load, "stage_rows", lambda *arguments: [{"value": 20.0}])
    arguments = ["--model", str(model_file), "--clients", "2", "--seconds", "1"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    values = {line[:48].strip(): float(line[48:58]) for line in result.stdout.splitlines()}
    assert values["answers"] > 2
    assert values["wrong or missing"] == 0
    assert values["library, batches of 1: images a second"] == 50
