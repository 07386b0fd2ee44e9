"""``happysad serve``."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from happysad.commands import serve

LONG = 60

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="as Linux has it")


@pytest.fixture
def served(model_file):
    """``served(*arguments)``: a service of the small model in a process of its own; its address."""
    begun = []

    def start(*arguments):
        command = [sys.executable, "-m", "happysad.cli", "serve", "--port", "0", "--jobs", "1"]
        begun.append(
            subprocess.Popen(
                [*command, "--model", str(model_file), *arguments],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        )
        line = begun[-1].stdout.readline()
        found = re.search(r"happysad listens at (\S+) ", line)
        assert found, (line, begun[-1].communicate())
        return begun[-1], found[1]

    yield start
    for process in begun:
        process.kill()
        process.communicate()


def children_of(pid):
    files = Path(f"/proc/{pid}/task").glob("*/children")
    own = [int(child) for file in files for child in file.read_text().split()]
    return own + [below for child in own for below in children_of(child)]


@linux_only
@pytest.mark.process
def test_it_answers_and_ends_at_once_when_told_to_and_leaves_nothing(served, photo):
    process, address = served()
    with urllib.request.urlopen(f"{address}/v1/predict", photo.read_bytes(), LONG) as answer:
        assert json.load(answer)["images"][0]["faces"][0]["label"] == "happy"
    below = children_of(process.pid)
    assert below
    os.killpg(process.pid, signal.SIGINT)  # Ctrl-C reaches the whole group
    out, err = process.communicate(timeout=LONG)
    assert (process.returncode, out, err) == (0, "", "the service has ended\n")
    until = time.monotonic() + LONG
    while any(os.path.exists(f"/proc/{pid}") for pid in below) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(os.path.exists(f"/proc/{pid}") for pid in below)


@pytest.mark.process
def test_a_model_that_cannot_be_used_is_one_sentence(refused, model_file, tmp_path):
    told = refused("serve", "--port", 0, "--model", tmp_path / "no.joblib")
    assert "there is no model file" in told
    cut = tmp_path / "cut.joblib"
    cut.write_bytes(model_file.read_bytes()[:1000])
    shutil.copy(f"{model_file}.json", f"{cut}.json")
    assert "is damaged" in refused("serve", "--port", 0, "--jobs", 1, "--model", cut)


def test_without_the_web_extra_it_says_what_to_install(refused, monkeypatch):
    monkeypatch.setattr(serve, "NEEDED", ("json", "no_such_library"))
    told = refused("serve")
    assert told.endswith('the service needs no_such_library: run pip install "happysad[web]"')


@pytest.mark.process
def test_the_browser_is_opened_at_the_page_that_was_asked_for(monkeypatch, model_file):
    begun, opened = [], []

    class Server:
        """In place of uvicorn's: it is at once ready, and at once at its end."""

        def __init__(self, config):
            self.config = config

        async def startup(self, sockets=None):
            begun.append(sockets)

        def run(self, sockets):
            asyncio.run(self.startup(sockets))

    def browse(address):
        opened.append(address)
        done.set()

    done = threading.Event()
    monkeypatch.setattr("uvicorn.Server", Server)
    monkeypatch.setattr("webbrowser.open", browse)
    serve.run_service(port=0, models=[str(model_file)], jobs=1, open_path="/?camera=on")
    assert done.wait(LONG)
    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d*/\?camera=on", opened[0])
    assert len(begun) == 1


@pytest.fixture
def begun(monkeypatch):
    """``begun(host, jobs)``: how a service would run there: its settings, address, public."""

    def begin(host, jobs=1):
        noted = []
        monkeypatch.setattr("happysad.service.api.create_app", noted.append)
        monkeypatch.setattr(
            serve,
            "_run",
            lambda app, listener, address, public, path: noted.extend([address, public]),
        )
        serve.run_service(host, port=0, jobs=jobs)
        return noted

    return begin


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", "127.0.0.1"), ("localhost", "localhost"), ("127.1", "127.1"),
     pytest.param("127.0.0.2", "127.0.0.2", marks=linux_only)],
)  # fmt: skip
def test_an_address_of_this_machine_only_is_answered_to_by_the_name_that_is_shown(
    begun, host, shown
):
    settings, address, public = begun(host)
    assert address.startswith(f"http://{shown}:")
    assert not public
    assert shown in settings.hosts


def test_an_address_on_a_network_is_answered_to_by_any_name(begun):
    settings, address, public = begun("0")  # short for 0.0.0.0
    assert address.startswith("http://127.0.0.1:")
    assert public
    assert settings.hosts is None


def test_it_has_as_many_processes_as_there_are_cores_for_it(begun, monkeypatch):
    monkeypatch.setattr("joblib.cpu_count", lambda: 77)  # knows containers too
    assert begun("127.0.0.1", jobs=-1)[0].jobs == 77
    assert begun("127.0.0.1", jobs=3)[0].jobs == 3


def test_the_help_has_examples(happysad):
    told = " ".join(happysad("serve", "--help").stdout.split())
    assert "happysad serve --open" in told
    assert "there is no password" in told


@pytest.mark.process
def test_on_a_network_it_says_who_can_use_it_and_sigterm_ends_it_too(served):
    process, address = served("--host", "0.0.0.0")
    assert address.startswith("http://127.0.0.1:")
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=LONG) as half:
        half.sendall(
            b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc"
        )
        with urllib.request.urlopen(f"{address}/healthz", timeout=LONG) as answer:
            assert answer.status == 200
        process.terminate()
        answer = half.makefile("rb").read()  # to what is under way as it ends
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b'{"detail":"the service is ending: send it again"}' in answer
    _, err = process.communicate(timeout=LONG)
    assert process.returncode == 0
    assert err.startswith("anyone on the network can use it: there is no password")
    assert "localhost or HTTPS" in err
    assert "Traceback" not in err
