"""The images that wait for a prediction, in the order in which they get one."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from happysad.service.workers.worker import NamedImages, PredictOptions


@dataclass(eq=False)
class QueuedRequest:
    """The images of one request, and their predictions so far."""

    options: PredictOptions
    images: NamedImages
    future: Future[list[Any]] = field(default_factory=Future)
    predictions: dict[int, Any] = field(default_factory=dict)
    taken: int = 0
    since: float = field(default_factory=time.perf_counter)

    @property
    def waiting(self) -> int:
        """Images that no worker has taken; none where nobody waits for them any more."""
        return 0 if self.future.done() else len(self.images) - self.taken


# Images to predict together: their requests, and their numbers therein.
Batch = list[tuple[QueuedRequest, int]]


class RequestQueue:
    """Requests take turns, so that one image does not wait for all of a large request.

    Not safe for several threads at once.
    """

    def __init__(self) -> None:
        self._requests: deque[QueuedRequest] = deque()

    @property
    def images(self) -> int:
        return sum(request.waiting for request in self._requests)

    def add(self, request: QueuedRequest) -> None:
        self._requests.append(request)

    def clear(self) -> None:
        for request in self._requests:
            request.future.cancel()
        self._requests.clear()

    def take(self, limit: int) -> Batch:
        """Up to so many images of the first request, and of others with the same options.

        What is left of a request goes to the end.
        """
        batch: Batch = []
        others: list[QueuedRequest] = []
        while self._requests and len(batch) < limit:
            request = self._requests.popleft()
            if batch and request.options != batch[0][0].options:
                others.append(request)
                continue
            n = min(request.waiting, limit - len(batch))
            batch += [(request, request.taken + i) for i in range(n)]
            request.taken += n
            if request.waiting:
                self._requests.append(request)
        self._requests.extendleft(reversed(others))
        return batch
