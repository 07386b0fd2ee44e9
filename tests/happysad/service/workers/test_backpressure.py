"""Waiting for answers while the client does."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future

import pytest
from starlette.requests import ClientDisconnect, Request

from happysad.service.workers.backpressure import answers_unless_gone


def asked(order, leaves):
    """Wait for an order, of a client that leaves or does not."""

    async def receive():
        if not leaves:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    return asyncio.run(answers_unless_gone(Request({"type": "http"}, receive), order))


def test_an_answer_that_is_there_is_given():
    order = Future()
    order.set_result([1])
    assert asked(order, leaves=False) == [1]


def test_the_order_of_a_client_that_left_is_cancelled():
    order = Future()
    with pytest.raises(ClientDisconnect):
        asked(order, leaves=True)
    assert order.cancelled()


def test_an_error_is_handed_on():
    order = Future()
    order.set_exception(KeyError("x"))
    with pytest.raises(KeyError):
        asked(order, leaves=False)


def test_an_order_cancelled_at_the_end_of_the_service_is_as_if_the_client_had_left():
    order = Future()
    order.cancel()
    with pytest.raises(ClientDisconnect):
        asked(order, leaves=False)
