"""The queue, and whose turn it is."""

from __future__ import annotations

from happysad.service.workers.request_queue import QueuedRequest, RequestQueue
from happysad.service.workers.worker import PredictOptions

PLAIN, CROPS = PredictOptions("a", False, None), PredictOptions("a", True, None)


def request(n, options=PLAIN):
    return QueuedRequest(options, [(str(i), b"") for i in range(n)])


def taken(share):
    return [number for _, number in share]


def test_queue_take_turns():
    queue, large, small = RequestQueue(), request(20), request(1)
    queue.add(large)
    queue.add(small)
    assert queue.images == 21
    assert taken(queue.take(8)) == [*range(8)]
    share = queue.take(8)
    assert share[0] == (small, 0)
    assert taken(share[1:]) == [*range(8, 15)]
    assert taken(queue.take(8)) == [*range(15, 20)]
    assert queue.images == 0
    assert queue.take(8) == []


def test_only_what_is_asked_the_same_is_answered_together():
    queue = RequestQueue()
    first, crops, third = request(1), request(2, CROPS), request(3)
    for one in (first, crops, third):
        queue.add(one)
    assert [one for one, _ in queue.take(3)] == [first, third, third]
    assert [one for one, _ in queue.take(3)] == [crops, crops]
    assert queue.take(3) == [(third, 2)]


def test_what_nobody_waits_for_is_dropped():
    queue, gone, there = RequestQueue(), request(5), request(1)
    queue.add(gone)
    queue.add(there)
    gone.future.cancel()
    assert queue.images == 1
    assert queue.take(8) == [(there, 0)]


def test_at_the_end_all_that_waits_is_cancelled():
    queue, one = RequestQueue(), request(1)
    queue.add(one)
    queue.clear()
    assert one.future.cancelled()
    assert queue.images == 0
