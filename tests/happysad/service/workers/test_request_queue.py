"""The queue, and whose turn it is."""

from __future__ import annotations

from happysad.service.workers.request_queue import QueuedRequest, RequestQueue
from happysad.service.workers.worker import PredictOptions

PLAIN, CROPS = PredictOptions("a", False, None), PredictOptions("a", True, None)


def order(n, asked=PLAIN):
    return QueuedRequest(asked, [(str(i), b"") for i in range(n)])


def taken(share):
    return [number for _, number in share]


def test_orders_take_turns():
    orders, large, small = RequestQueue(), order(20), order(1)
    orders.add(large)
    orders.add(small)
    assert orders.images == 21
    assert taken(orders.take(8)) == [*range(8)]
    share = orders.take(8)
    assert share[0] == (small, 0)
    assert taken(share[1:]) == [*range(8, 15)]
    assert taken(orders.take(8)) == [*range(15, 20)]
    assert orders.images == 0
    assert orders.take(8) == []


def test_only_what_is_asked_the_same_is_answered_together():
    orders = RequestQueue()
    first, crops, third = order(1), order(2, CROPS), order(3)
    for one in (first, crops, third):
        orders.add(one)
    assert [one for one, _ in orders.take(3)] == [first, third, third]
    assert [one for one, _ in orders.take(3)] == [crops, crops]
    assert orders.take(3) == [(third, 2)]


def test_what_nobody_waits_for_is_dropped():
    orders, gone, there = RequestQueue(), order(5), order(1)
    orders.add(gone)
    orders.add(there)
    gone.future.cancel()
    assert orders.images == 1
    assert orders.take(8) == [(there, 0)]


def test_at_the_end_all_that_waits_is_cancelled():
    orders, one = RequestQueue(), order(1)
    orders.add(one)
    orders.clear()
    assert one.future.cancelled()
    assert orders.images == 0
