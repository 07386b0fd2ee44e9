"""Threads, batches and the queue's limit."""

from __future__ import annotations

import threading
import time
from concurrent.futures import wait

import pytest

from happysad.pipeline.prediction.prediction import ImagePrediction
from happysad.service.workers.batch_scheduler import (
    BATCH_SIZE,
    BatchScheduler,
    QueueFullError,
    ServiceStoppedError,
)
from happysad.service.workers.request_queue import RequestQueue
from happysad.service.workers.worker import PredictOptions

OPTIONS = PredictOptions("a", False, None)
LONG = 20


class Slow:
    """A worker that answers when the test lets it, and notes what it was given."""

    def __init__(self):
        self.given, self.begun, self.go = [], threading.Semaphore(0), threading.Event()
        self.closed = False

    def predict(self, options, images):
        self.given.append([name for name, _ in images])
        self.begun.release()
        assert self.go.wait(LONG)
        if any(data == b"bad" for _, data in images):
            raise ValueError("a bad image")
        return [ImagePrediction(name, "ok") for name, _ in images]

    def close(self):
        self.closed = True
        self.go.set()


@pytest.fixture
def started():
    """``started(queue_size=3)``: worker and BatchScheduler, ended after the test."""
    made = []

    def start(**options):
        worker = Slow()
        made.append(BatchScheduler([worker], **options))
        return worker, made[-1]

    yield start
    for one in made:
        one.stop()


def images(*names):
    return [(name, b"") for name in names]


def test_what_waits_is_answered_together_and_a_single_one_at_once(started):
    worker, scheduler = started()
    first = scheduler.submit(OPTIONS, images("a"))
    assert worker.begun.acquire(timeout=LONG)
    rest = [scheduler.submit(OPTIONS, images(str(i))) for i in range(BATCH_SIZE + 1)]
    assert scheduler.waiting == BATCH_SIZE + 1
    worker.go.set()
    wait([first, *rest], LONG)
    assert [len(part) for part in worker.given] == [1, BATCH_SIZE, 1]
    assert [one.result()[0].image for one in rest] == [str(i) for i in range(BATCH_SIZE + 1)]
    assert scheduler.waiting == 0


def test_a_large_request_comes_back_whole_and_in_order(started):
    worker, scheduler = started()
    worker.go.set()
    names = [str(i) for i in range(30)]
    answers = scheduler.submit(OPTIONS, images(*names)).result(LONG)
    assert [one.image for one in answers] == names


def test_idle_workers_share_the_work():
    workers = [Slow(), Slow()]
    scheduler = BatchScheduler(workers)
    scheduler.submit(OPTIONS, images("warm", "up"))
    for worker in workers:
        worker.go.set()
    scheduler.submit(OPTIONS, images("again")).result(LONG)
    scheduler.stop()
    assert sorted(name for worker in workers for part in worker.given for name in part) == [
        "again", "up", "warm",
    ]  # fmt: skip


def test_a_full_queue_refuses_but_an_empty_one_takes_any_request(started):
    worker, scheduler = started(queue_size=3)
    large = scheduler.submit(OPTIONS, images(*"abcdefghijkl"))
    assert worker.begun.acquire(timeout=LONG)
    with pytest.raises(
        QueueFullError, match="4 images are waiting already: come back in 1 seconds"
    ):
        scheduler.submit(OPTIONS, images("x"))
    large.cancel()
    assert scheduler.waiting == 0
    small = scheduler.submit(OPTIONS, images("y"))
    worker.go.set()
    assert small.result(LONG)[0].image == "y"


def test_what_was_given_up_is_not_begun(started):
    worker, scheduler = started()
    first, second = scheduler.submit(OPTIONS, images("a")), None
    assert worker.begun.acquire(timeout=LONG)
    second = scheduler.submit(OPTIONS, images("b"))
    third = scheduler.submit(OPTIONS, images("c"))
    second.cancel()
    worker.go.set()
    wait([first, third], LONG)
    assert worker.given == [["a"], ["c"]]


def test_a_client_that_leaves_as_its_turn_comes_takes_no_worker_with_it(started, monkeypatch):
    worker, scheduler = started()
    worker.go.set()
    take, calls = RequestQueue.take, []

    def take_late(self, limit):
        calls.append(limit)
        if len(calls) == 1:
            for request in self._requests:
                request.future.cancel()
        return take(self, limit)

    monkeypatch.setattr(RequestQueue, "take", take_late)
    left = scheduler.submit(OPTIONS, images("leaves"))
    while not left.cancelled():
        time.sleep(0.01)
    assert scheduler.submit(OPTIONS, images("stays")).result(LONG)[0].image == "stays"
    assert worker.given == [["stays"]]


def test_an_image_that_breaks_its_worker_fails_alone(started):
    worker, scheduler = started()
    first = scheduler.submit(OPTIONS, images("first"))
    assert worker.begun.acquire(timeout=LONG)
    good = scheduler.submit(OPTIONS, images("good"))
    bad = scheduler.submit(OPTIONS, [("bad", b"bad")])
    worker.go.set()
    assert first.result(LONG)
    assert good.result(LONG)[0].image == "good"
    with pytest.raises(ValueError, match="a bad image"):
        bad.result(LONG)


def test_the_time_of_each_batch_is_reported(started):
    told = []
    worker, scheduler = started(on_batch=told.append)
    worker.go.set()
    scheduler.submit(OPTIONS, images("a", "b")).result(LONG)
    scheduler.stop()
    assert [len(one.waited) for one in told] == [2]
    assert told[0].worked >= 0


def test_the_end_cancels_what_waits_and_takes_no_more(started):
    worker, scheduler = started()
    scheduler.submit(OPTIONS, images("a"))
    assert worker.begun.acquire(timeout=LONG)
    waiting = scheduler.submit(OPTIONS, images("b"))
    scheduler.stop()
    assert waiting.cancelled()
    assert worker.closed
    with pytest.raises(ServiceStoppedError):
        scheduler.submit(OPTIONS, images("c"))
