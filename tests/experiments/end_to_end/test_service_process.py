"""``happysad serve`` as a process."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from happysad.experiments.end_to_end import service_process
from happysad.experiments.end_to_end.service_process import Served, needs_linux, pinned, served
from happysad.utils.errors import UserError

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def test_a_service_is_started_watched_and_ended(model_file):
    with served(["--model", str(model_file), "--jobs", "1"]) as service:
        address = f"{service.address}/healthz"
        with urllib.request.urlopen(address, timeout=60) as answer:
            assert answer.status == 200
        assert service.cpu_seconds() > 0.1
        assert service.megabytes() > 20
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(address, timeout=5)


def test_one_that_does_not_start_is_one_sentence(tmp_path):
    with (
        pytest.raises(UserError, match=r"does not start: happysad: .*no\.joblib"),
        served(["--model", str(tmp_path / "no.joblib")]),
    ):
        pass


def stands_for_happysad(monkeypatch, code):
    monkeypatch.setattr(service_process, "HAPPYSAD", (sys.executable, "-c", code))


def test_one_that_says_nothing_and_does_not_end_is_given_up(monkeypatch):
    ignore = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    stands_for_happysad(monkeypatch, ignore)
    monkeypatch.setattr(service_process, "STARTS_WITHIN", 1.0)
    monkeypatch.setattr(service_process, "ENDS_WITHIN", 0.2)
    with pytest.raises(UserError, match="says no address in 1 seconds"), served([]):
        pass


def test_what_a_service_complains_of_is_passed_on(monkeypatch, capsys):
    listens = "print('at http://127.0.0.1:8123 (so far)', flush=True); time.sleep(600)"
    stands_for_happysad(monkeypatch, f"import sys, time; sys.stderr.write('odd\\n'); {listens}")
    with served([]) as service:
        assert service.address == "http://127.0.0.1:8123"
    assert capsys.readouterr().err == "odd\n"


def test_elsewhere_than_on_linux_it_says_so(monkeypatch):
    needs_linux()
    monkeypatch.setattr(Path, "exists", lambda path: False)
    with pytest.raises(UserError, match="measure on Linux"):
        needs_linux()


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
