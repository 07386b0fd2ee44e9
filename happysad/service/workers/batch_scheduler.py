"""The queue of images and the threads that answer them, several images at a time."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from happysad.service.workers.request_queue import QueuedRequest, RequestQueue, Share
from happysad.service.workers.worker import Named, PredictOptions, Worker
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from happysad.pipeline.prediction.prediction import ImagePrediction

TOGETHER = 8
"""Images answered at a time, at most: the classifier is cheaper for several, to a point."""


class Busy(UserError):
    """The queue is full; ``seconds`` is when to come back."""

    def __init__(self, waiting: int, seconds: int) -> None:
        super().__init__(f"{waiting} images are waiting already: come back in {seconds} seconds")
        self.seconds = seconds


class Gone(UserError):
    """Nobody answers any more."""


class Spent(NamedTuple):
    """Seconds that some images waited in the queue, and that answering them took together."""

    waited: list[float]
    worked: float


class BatchScheduler:
    """Has hands answer what waits: what is there, at once, up to ``TOGETHER`` of a kind.

    Nothing waits for company, and requests take turns, so that one image does not stand behind
    all of a large request.

    Parameters
    ----------
    hands : sequence of Worker
        Each has a thread here, which starts with the first image.
    room : int
        Images that may wait; an order that finds nothing waiting is never refused.
    told : callable, optional
        Called with `Spent` after each piece of work.
    """

    def __init__(
        self,
        hands: Sequence[Worker],
        room: int = 512,
        told: Callable[[Spent], None] = lambda _: None,
    ) -> None:
        self._hands, self.room, self._told = list(hands), room, told
        self._orders = RequestQueue()
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._stopped = False
        self._seconds = 0.03  # an image takes, roughly; for Retry-After

    @property
    def waiting(self) -> int:
        """Images that nobody has begun to answer."""
        with self._changed:
            return self._orders.images

    def ask(self, asked: PredictOptions, images: Named) -> Future[list[ImagePrediction]]:
        """The answers to come, one per image. Cancel it, and what has not begun is dropped.

        Raises
        ------
        Busy
            Too many images are waiting.
        """
        order = QueuedRequest(asked, images)
        if not images:
            order.future.set_result([])
            return order.future
        with self._changed:
            if self._stopped:
                raise Gone("the service is ending")
            waiting = self._orders.images
            if waiting and waiting + len(images) > self.room:
                raise Busy(waiting, max(1, round(waiting * self._seconds / len(self._hands))))
            self._start()
            self._orders.add(order)
            self._changed.notify_all()
        return order.future

    def stop(self) -> None:
        """Drop what waits, and end the hands and their threads."""
        with self._changed:
            self._stopped = True
            self._orders.clear()
            self._changed.notify_all()
        for hand in self._hands:
            hand.close()
        for thread in self._threads:
            thread.join()

    def _start(self) -> None:
        for hand in self._hands[len(self._threads) :]:
            self._threads.append(threading.Thread(target=self._work, args=(hand,), daemon=True))
            self._threads[-1].start()

    def _work(self, hand: Worker) -> None:
        while share := self._next():
            began = time.perf_counter()
            _answer(hand, share)
            worked = time.perf_counter() - began
            self._seconds += 0.1 * (worked / len(share) - self._seconds)
            self._told(Spent([began - order.since for order, _ in share], worked))

    def _next(self) -> Share:
        """Images to answer together, waited for; none at the end."""
        with self._changed:
            self._idle += 1
            share: Share = []
            while not share and not self._stopped:
                waiting = self._orders.images
                if waiting:  # which a client that leaves may take away before they are taken here
                    share = self._orders.take(min(TOGETHER, math.ceil(waiting / self._idle)))
                else:
                    self._orders.clear()  # of those that were given up
                    self._changed.wait()
            self._idle -= 1
            return share


def _answer(hand: Worker, share: Share) -> None:
    """Have a hand answer; where that fails, each image by itself, so that one fails alone."""
    try:
        images = [order.images[number] for order, number in share]
        answers = hand.answer(share[0][0].asked, images)
    except Exception as error:
        if len(share) > 1:
            for one in share:
                _answer(hand, [one])
        else:
            with suppress(InvalidStateError):
                share[0][0].future.set_exception(error)
        return
    for (order, number), answer in zip(share, answers, strict=True):
        order.answers[number] = answer
        if len(order.answers) == len(order.images):
            with suppress(InvalidStateError):  # the client went away
                order.future.set_result([order.answers[i] for i in range(len(order.images))])
