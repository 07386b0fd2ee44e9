"""``happysad serve`` as a process."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request

import pytest

from happysad.experiments.end_to_end import service_process
from happysad.experiments.end_to_end.service_process import (
    available_cores,
    pinned,
    process_tree,
    served,
)
from happysad.utils.errors import UserError

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="chooses cores")


@pytest.mark.process
@pytest.mark.slow
def test_a_service_is_started_watched_and_ended(model_file, tmp_path, capfd):
    with served(["--model", str(model_file), "--jobs", "1"]) as service:
        address = f"{service.address}/healthz"
        with urllib.request.urlopen(address, timeout=60) as answer:
            assert answer.status == 200
        assert service.cpu_seconds() > 0.1
        assert service.megabytes() > 20
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(address, timeout=5)
    missing = str(tmp_path / "no.joblib")
    with pytest.raises(UserError, match="does not start"), served(["--model", missing]):
        pass
    error = capfd.readouterr().err
    assert "happysad: " in error
    assert "no.joblib" in error


@pytest.mark.process
def test_one_that_says_nothing_and_does_not_end_is_killed(monkeypatch):
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    monkeypatch.setattr(service_process, "HAPPYSAD", (sys.executable, "-c", code))
    monkeypatch.setattr(service_process, "STARTS_WITHIN", 0.5)
    with pytest.raises(UserError, match="does not start"), served([]):
        pass


@pytest.mark.process
def test_one_that_does_not_end_is_killed_and_its_messages_are_passed_on(monkeypatch, capfd):
    code = """if True:
        import signal, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("odd", file=sys.stderr)
        print("at http://127.0.0.1:8123 (so far)", flush=True)
        time.sleep(600)
    """
    monkeypatch.setattr(service_process, "HAPPYSAD", (sys.executable, "-c", code))
    monkeypatch.setattr(service_process, "ENDS_WITHIN", 0.2)
    with served([]) as service:
        assert service.address == "http://127.0.0.1:8123"
    assert capfd.readouterr().err == "odd\n"
    assert service.cpu_seconds() == service.megabytes() == 0  # it has ended


@pytest.mark.process
def test_processes_below_are_counted_too():
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    try:
        while len(process_tree(process.pid)) < 2:
            assert process.poll() is None
        assert process_tree(process.pid)[0].pid == process.pid
    finally:
        process.communicate(b"\n")


def test_some_cores_for_a_while(monkeypatch):
    before = os.sched_getaffinity(0)
    with pinned([min(before)]):
        assert available_cores() == [min(before)]
    with pinned([]):
        assert os.sched_getaffinity(0) == before
    assert available_cores() == sorted(before)
    monkeypatch.delattr(os, "sched_getaffinity")
    with pytest.raises(UserError, match="measure on Linux"), pinned([0]):
        pass
