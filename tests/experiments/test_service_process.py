"""``happysad serve`` as a process that is watched."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request

import pytest

from happysad.experiments.service_process import Served, pinned, served
from happysad.features.errors import UserError

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def test_a_service_is_started_watched_and_ended(model_file):
    with served(["--model", str(model_file), "--jobs", "1"]) as service:
        address = f"http://{service.host}:{service.port}/healthz"
        with urllib.request.urlopen(address, timeout=60) as answer:
            assert answer.status == 200
        assert service.cpu_seconds() > 0.1
        assert service.megabytes() > 20
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(address, timeout=5)


def test_one_that_does_not_start_is_one_sentence(tmp_path):
    with (
        pytest.raises(UserError, match="does not start"),
        served(["--model", str(tmp_path / "no.joblib")]),
    ):
        pass


def test_processes_below_are_counted_too():
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    try:
        alone = Served(process.pid, "", 0)
        while len(alone._processes()) < 2:
            assert process.poll() is None
        assert alone._processes()[0] == process.pid
    finally:
        process.communicate(b"\n")


def test_a_process_that_has_ended_costs_nothing():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    ended = Served(process.pid, "", 0)
    assert ended.cpu_seconds() == 0
    assert ended.megabytes() == 0


def test_some_cores_for_a_while():
    before = os.sched_getaffinity(0)
    with pinned([min(before)]):
        assert os.sched_getaffinity(0) == {min(before)}
    with pinned([]):
        assert os.sched_getaffinity(0) == before
    with pytest.raises(UserError, match="there is no core 9999"), pinned([9999]):
        pass
    assert os.sched_getaffinity(0) == before
