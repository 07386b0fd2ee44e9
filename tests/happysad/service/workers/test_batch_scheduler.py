"""The threads that have images answered."""

from __future__ import annotations

import threading
import time
from concurrent.futures import wait

import pytest

from happysad.pipeline.prediction.prediction import ImagePrediction
from happysad.service.workers.batch_scheduler import TOGETHER, BatchScheduler, Busy, Gone
from happysad.service.workers.request_queue import RequestQueue
from happysad.service.workers.worker import PredictOptions

ASKED = PredictOptions("a", False, None)
LONG = 20


class Slow:
    """A hand that answers when the test lets it, and notes what it was given."""

    def __init__(self):
        self.given, self.begun, self.go = [], threading.Semaphore(0), threading.Event()
        self.closed = False

    def answer(self, asked, images):
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
    """``started(room=3)``: hand and BatchScheduler, ended after the test."""
    made = []

    def start(**options):
        hand = Slow()
        made.append(BatchScheduler([hand], **options))
        return hand, made[-1]

    yield start
    for one in made:
        one.stop()


def images(*names):
    return [(name, b"") for name in names]


def test_what_waits_is_answered_together_and_a_single_one_at_once(started):
    hand, answering = started()
    first = answering.ask(ASKED, images("a"))
    assert hand.begun.acquire(timeout=LONG)
    rest = [answering.ask(ASKED, images(str(i))) for i in range(TOGETHER + 1)]
    assert answering.waiting == TOGETHER + 1
    hand.go.set()
    wait([first, *rest], LONG)
    assert [len(part) for part in hand.given] == [1, TOGETHER, 1]
    assert [one.result()[0].image for one in rest] == [str(i) for i in range(TOGETHER + 1)]
    assert answering.waiting == 0


def test_a_large_order_comes_back_whole_and_in_order(started):
    hand, answering = started()
    hand.go.set()
    names = [str(i) for i in range(30)]
    answers = answering.ask(ASKED, images(*names)).result(LONG)
    assert [one.image for one in answers] == names


def test_idle_hands_share_the_work():
    hands = [Slow(), Slow()]
    answering = BatchScheduler(hands)
    answering.ask(ASKED, images("warm", "up"))
    for hand in hands:
        hand.go.set()
    answering.ask(ASKED, images("again")).result(LONG)
    answering.stop()
    assert sorted(name for hand in hands for part in hand.given for name in part) == [
        "again", "up", "warm",
    ]  # fmt: skip


def test_a_full_queue_refuses_but_an_empty_one_takes_any_order(started):
    hand, answering = started(room=3)
    large = answering.ask(ASKED, images(*"abcdefghijkl"))
    assert hand.begun.acquire(timeout=LONG)
    with pytest.raises(Busy, match="4 images are waiting already: come back in 1 seconds"):
        answering.ask(ASKED, images("x"))
    large.cancel()
    assert answering.waiting == 0
    small = answering.ask(ASKED, images("y"))
    hand.go.set()
    assert small.result(LONG)[0].image == "y"


def test_what_was_given_up_is_not_begun(started):
    hand, answering = started()
    first, second = answering.ask(ASKED, images("a")), None
    assert hand.begun.acquire(timeout=LONG)
    second = answering.ask(ASKED, images("b"))
    third = answering.ask(ASKED, images("c"))
    second.cancel()
    hand.go.set()
    wait([first, third], LONG)
    assert hand.given == [["a"], ["c"]]


def test_a_client_that_leaves_as_its_turn_comes_takes_no_hand_with_it(started, monkeypatch):
    hand, answering = started()
    hand.go.set()
    take, calls = RequestQueue.take, []

    def take_late(self, most):
        calls.append(most)
        if len(calls) == 1:
            for order in self._waiting:
                order.future.cancel()
        return take(self, most)

    monkeypatch.setattr(RequestQueue, "take", take_late)
    left = answering.ask(ASKED, images("leaves"))
    while not left.cancelled():
        time.sleep(0.01)
    assert answering.ask(ASKED, images("stays")).result(LONG)[0].image == "stays"
    assert hand.given == [["stays"]]


def test_an_image_that_breaks_its_hand_fails_alone(started):
    hand, answering = started()
    first = answering.ask(ASKED, images("first"))
    assert hand.begun.acquire(timeout=LONG)
    good, bad = answering.ask(ASKED, images("good")), answering.ask(ASKED, [("bad", b"bad")])
    hand.go.set()
    assert first.result(LONG)
    assert good.result(LONG)[0].image == "good"
    with pytest.raises(ValueError, match="a bad image"):
        bad.result(LONG)


def test_the_time_of_each_is_told(started):
    told = []
    hand, answering = started(told=told.append)
    hand.go.set()
    answering.ask(ASKED, images("a", "b")).result(LONG)
    answering.stop()
    assert [len(one.waited) for one in told] == [2]
    assert told[0].worked >= 0


def test_no_images_are_answered_at_once(started):
    _, answering = started()
    assert answering.ask(ASKED, []).result(0) == []


def test_the_end_cancels_what_waits_and_takes_no_more(started):
    hand, answering = started()
    answering.ask(ASKED, images("a"))
    assert hand.begun.acquire(timeout=LONG)
    waiting = answering.ask(ASKED, images("b"))
    answering.stop()
    assert waiting.cancelled()
    assert hand.closed
    with pytest.raises(Gone):
        answering.ask(ASKED, images("c"))
