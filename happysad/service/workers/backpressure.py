"""Waiting for answers while the client does."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

T = TypeVar("T")


async def answers_unless_gone(request: Request, order: Future[T]) -> T:
    """The result of an order, whose request was read to its end; dropped if the client leaves.

    Raises
    ------
    ClientDisconnect
        Nobody waits for the answer any more.
    """
    answers = asyncio.wrap_future(order)
    gone: asyncio.Future[None] = asyncio.ensure_future(_left(request))
    waited: set[asyncio.Future[Any]] = {answers, gone}
    try:
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if not answers.done() or answers.cancelled():
            raise ClientDisconnect
        return answers.result()
    finally:
        gone.cancel()
        answers.cancel()  # cancels the order too; of no effect once it is done


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
