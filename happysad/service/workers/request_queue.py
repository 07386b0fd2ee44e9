"""The images that wait for an answer, in the order in which they get one."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from happysad.service.workers.worker import Named, PredictOptions

if TYPE_CHECKING:
    from happysad.pipeline.prediction.prediction import ImagePrediction


@dataclass(eq=False)
class QueuedRequest:
    """The images of one request, and what is known of them so far."""

    asked: PredictOptions
    images: Named
    future: Future[list[ImagePrediction]] = field(default_factory=Future)
    answers: dict[int, ImagePrediction] = field(default_factory=dict)
    taken: int = 0
    since: float = field(default_factory=time.perf_counter)

    @property
    def left(self) -> int:
        """Images that nobody has begun to answer; none where nobody waits for them any more."""
        return 0 if self.future.done() else len(self.images) - self.taken


Share = list[tuple[QueuedRequest, int]]
"""Images to answer together: their orders, and their numbers therein."""


class RequestQueue:
    """A queue in which orders take turns: one image does not stand behind all of a large order.

    It is not made for several threads at once.
    """

    def __init__(self) -> None:
        self._waiting: deque[QueuedRequest] = deque()

    @property
    def images(self) -> int:
        """How many wait."""
        return sum(order.left for order in self._waiting)

    def add(self, order: QueuedRequest) -> None:
        """Put an order at the end."""
        self._waiting.append(order)

    def clear(self) -> None:
        """Cancel all that waits."""
        for order in self._waiting:
            order.future.cancel()
        self._waiting.clear()

    def take(self, most: int) -> Share:
        """Up to so many images of the first order, and of others' that are asked the same.

        What is left of an order goes to the end.
        """
        share: Share = []
        others: list[QueuedRequest] = []
        while self._waiting and len(share) < most:
            order = self._waiting.popleft()
            if share and order.asked != share[0][0].asked:
                others.append(order)
                continue
            n = min(order.left, most - len(share))
            share += [(order, order.taken + i) for i in range(n)]
            order.taken += n
            if order.left:
                self._waiting.append(order)
        self._waiting.extendleft(reversed(others))
        return share
