"""Processes that answer."""

from __future__ import annotations

import io
import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from PIL import Image

from happysad.service.workers import worker_processes as processes
from happysad.service.workers.limits import TooLargeError
from happysad.service.workers.worker import InProcessWorker, PredictOptions
from happysad.service.workers.worker_processes import WorkerProcess, start_workers
from happysad.utils.errors import UserError

LONG = 60


def large():
    file = io.BytesIO()
    Image.new("L", (500, 500)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def two(model_file):
    """Two processes that answer by the small model, as ``m``."""
    workers = start_workers(2, {"m": str(model_file)}, pixels=200_000)
    yield workers
    for worker in workers:
        worker.close()


@pytest.mark.process
def test_processes_answer_refuse_and_are_replaced_when_they_die(two, model_file, picture):
    asked = PredictOptions("m", False, None)
    expected = InProcessWorker({"m": str(model_file)}).predict(asked, [("a", picture)])
    assert [worker.predict(asked, [("a", picture)]) for worker in two] == [expected, expected]
    first = two[0]._process.pid
    assert two[1]._process.pid not in (first, os.getpid())
    with pytest.raises(TooLargeError, match="pixels and this service takes 200,000"):
        two[0].predict(asked, [("large", large())])
    os.kill(first, signal.SIGKILL)
    with pytest.raises(ChildProcessError):
        two[0].predict(asked, [("a", picture)])
    assert two[0].predict(asked, [("a", picture)]) == expected
    assert two[0]._process.pid != first


@pytest.mark.process
def test_what_a_process_did_not_foresee_is_told_without_its_class(two):
    with pytest.raises(RuntimeError, match="KeyError"):
        two[0].predict(PredictOptions("nobody", False, None), [("a", b"")])


@pytest.fixture
def damaged(model_file, tmp_path):
    """A model file that is cut off."""
    file = tmp_path / "damaged.joblib"
    file.write_bytes(model_file.read_bytes()[:-100])
    shutil.copy(f"{model_file}.json", f"{file}.json")
    return file


@pytest.mark.process
def test_a_damaged_model_is_one_sentence(damaged):
    with pytest.raises(UserError, match="is damaged"):
        start_workers(1, {"damaged": str(damaged)})


@pytest.mark.process
def test_a_process_that_cannot_load_its_model_is_at_fault_until_it_can(
    damaged, model_file, picture
):
    asked, sources = PredictOptions("damaged", False, None), {"damaged": str(damaged)}
    with ThreadPoolExecutor(1) as other, closing(WorkerProcess(sources)) as worker:
        for _ in range(2):
            answers = other.submit(worker.predict, asked, [("a", picture)])
            with pytest.raises(ChildProcessError, match="is damaged"):
                answers.result(LONG)
            worker._process.join(LONG)
            assert not worker._process.is_alive()
        shutil.copy(model_file, damaged)
        answers = other.submit(worker.predict, asked, [("a", picture)])
        assert [one.status for one in answers.result(LONG)] == ["ok"]


@pytest.mark.process
def test_a_process_that_dies_while_it_loads_is_one_sentence(monkeypatch):
    monkeypatch.setattr(processes, "_work", slice)  # which ends at once, and tells nothing
    with pytest.raises(UserError, match="ended while it loaded the models: is there memory"):
        start_workers(2, {})


def test_one_to_fork_from_that_dies_is_one_sentence(monkeypatch):
    def dies(process):
        raise EOFError

    monkeypatch.setattr("multiprocessing.process.BaseProcess.start", dies)
    with pytest.raises(UserError, match="ended while it loaded the models: is there memory"):
        start_workers(1, {})


def test_two_that_start_processes_do_so_in_turn():
    def start():
        with processes._starting, processes._environment({}):
            return os.environ["HAPPYSAD_SERVICE_MODELS"]

    with ThreadPoolExecutor(1) as other:
        with processes._starting, processes._environment({"m": "texture-svm"}):
            started = other.submit(start)
            with pytest.raises(TimeoutError):
                started.result(0.2)
        assert started.result(LONG) == "{}"
    assert "HAPPYSAD_SERVICE_MODELS" not in os.environ


@pytest.mark.process
def test_after_the_end_no_process_is_started(model_file, picture):
    worker = WorkerProcess({"m": str(model_file)})
    worker.close()
    for _ in range(2):
        with pytest.raises(ChildProcessError):
            worker.predict(PredictOptions("m", False, None), [("a", picture)])
    assert not worker._process.is_alive()


def test_without_processes_threads_share_this_one(model_file):
    workers = start_workers(2, {"m": str(model_file)}, processes=False)
    assert [type(worker) for worker in workers] == [InProcessWorker, InProcessWorker]


@pytest.mark.process
def test_the_environment_is_as_it_was(two):
    assert "HAPPYSAD_SERVICE_MODELS" not in os.environ
