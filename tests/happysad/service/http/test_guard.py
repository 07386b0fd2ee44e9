"""What holds for every answer."""

from __future__ import annotations

import logging

import pytest

from happysad.service.state import Service


@pytest.mark.parametrize("path", ["/", "/v1/models", "/nowhere", "/healthz", "/docs"])
def test_headers_of_every_answer(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == ("no-store" if path.startswith("/v1/") else "no-cache")


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]:80", "[::1]"]
)
def test_this_machine_is_answered(client, host):
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example:80", "", "127.0.0.1.x"])
def test_a_foreign_name_for_this_machine_is_refused(client, refuses, host):
    told = refuses(client.get("/healthz", headers={"host": host}), 400)
    assert "localhost only" in told


def test_on_a_network_any_name_will_do(service):
    client = service(hosts=None)
    assert client.get("/healthz", headers={"host": "photos.example"}).status_code == 200


def test_what_nobody_foresaw_is_one_sentence_and_one_line(
    client, picture, refuses, monkeypatch, caplog
):
    async def breaks(*arguments):
        raise KeyError("a secret\nof two lines")

    monkeypatch.setattr(Service, "predict", breaks)
    with caplog.at_level(logging.ERROR):
        told = refuses(client.post("/v1/predict", content=picture), 500)
    assert "secret" not in told
    (record,) = caplog.records
    line = record.getMessage()
    assert line.startswith("POST /v1/predict: KeyError:")
    assert "\n" not in line
    assert record.exc_info is None
    assert 'status="500"} 1.0' in client.get("/metrics").text


@pytest.mark.parametrize("path", ["/", "/healthz", "/v1/models", "/docs"])
def test_head_is_answered_as_monitors_ask_it(client, path):
    assert client.head(path).status_code == 200
