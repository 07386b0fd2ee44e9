"""Threads that take batches of images from the queue and have workers predict them."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any, NamedTuple

from happysad.service.workers.request_queue import Batch, QueuedRequest, RequestQueue
from happysad.service.workers.worker import NamedImages, PredictOptions, Worker
from happysad.utils.errors import UserError

BATCH_SIZE = 8  # images at a time, at most: the classifier is cheaper for several, to a point


class QueueFullError(UserError):
    """Too many images wait; ``seconds`` is when to come back."""

    def __init__(self, waiting: int, seconds: int) -> None:
        what = "1 image is" if waiting == 1 else f"{waiting} images are"
        super().__init__(f"{what} waiting already: come back in {seconds} seconds")
        self.seconds = seconds


class ServiceStoppedError(UserError):
    """Nothing is predicted any more."""


class BatchTiming(NamedTuple):
    """Seconds that each image of a batch waited in the queue, and that all took together."""

    waited: list[float]
    worked: float


class BatchScheduler:
    """Has workers predict what waits: what is there, at once, up to ``BATCH_SIZE`` of a kind.

    No image waits for others to fill a batch, and requests take turns. Each worker has a thread
    here. A request that finds nothing waiting is never rejected.
    """

    def __init__(
        self,
        workers: Sequence[Worker],
        queue_size: int = 512,
        on_batch: Callable[[BatchTiming], None] = lambda _: None,
    ) -> None:
        self._workers, self.queue_size, self._on_batch = list(workers), queue_size, on_batch
        self._queue = RequestQueue()
        self._changed = threading.Condition()
        self._idle = 0
        self._stopped = False
        self._seconds = 0.03  # an image takes, roughly; for Retry-After
        self._threads = [
            threading.Thread(target=self._run, args=(worker,), daemon=True) for worker in workers
        ]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """Images that no worker has taken."""
        with self._changed:
            return self._queue.images

    def submit(self, options: PredictOptions, images: NamedImages) -> Future[list[Any]]:
        """The predictions to come, one per image, or QueueFullError or ServiceStoppedError.

        Cancel the future to drop what no worker has taken.
        """
        request = QueuedRequest(options, images)
        with self._changed:
            if self._stopped:
                raise ServiceStoppedError("the service is ending")
            waiting = self._queue.images
            if waiting and waiting + len(images) > self.queue_size:
                seconds = max(1, round(waiting * self._seconds / len(self._workers)))
                raise QueueFullError(waiting, seconds)
            self._queue.add(request)
            self._changed.notify_all()
        return request.future

    def stop(self) -> None:
        """Cancel what waits, and end the workers and their threads."""
        with self._changed:
            self._stopped = True
            self._queue.clear()
            self._changed.notify_all()
        for worker in self._workers:
            worker.close()
        for thread in self._threads:
            thread.join()

    def _run(self, worker: Worker) -> None:
        while batch := self._next():
            start = time.perf_counter()
            _predict(worker, batch)
            worked = time.perf_counter() - start
            self._seconds += 0.1 * (worked / len(batch) - self._seconds)
            self._on_batch(BatchTiming([start - request.since for request, _ in batch], worked))

    def _next(self) -> Batch:
        """The next batch, waited for; empty at the end."""
        with self._changed:
            self._idle += 1
            batch: Batch = []
            while not batch and not self._stopped:
                waiting = self._queue.images
                if waiting:  # which a client that leaves may take away before they are taken here
                    batch = self._queue.take(min(BATCH_SIZE, math.ceil(waiting / self._idle)))
                else:
                    self._queue.clear()  # of those that were given up
                    self._changed.wait()
            self._idle -= 1
            return batch


def _predict(worker: Worker, batch: Batch) -> None:
    """Have a worker predict; where that fails, each image by itself, so that one fails alone."""
    try:
        images = [request.images[number] for request, number in batch]
        predictions = worker.predict(batch[0][0].options, images)
    except Exception as error:
        if len(batch) > 1:
            for one in batch:
                _predict(worker, [one])
        else:
            with suppress(InvalidStateError):
                batch[0][0].future.set_exception(error)
        return
    for (request, number), prediction in zip(batch, predictions, strict=True):
        request.predictions[number] = prediction
        if len(request.predictions) == len(request.images):
            with suppress(InvalidStateError):  # the client disconnected
                request.future.set_result(
                    [request.predictions[i] for i in range(len(request.images))]
                )
