"""Clients that ask a service for a while, each the next thing as soon as it is answered."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

CLOSE_ENOUGH = 2e-4
"""Of two probabilities, which are rounded to four digits: sums differ a little by batch."""

Json = dict[str, Any]


@dataclass
class LoadResult:
    """What clients heard: the seconds that each answer took, and what was wrong with any."""

    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    watched: list[float] = field(default_factory=list)
    lasted: float = 0.0

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.lasted if self.lasted else 0.0

    def percentile(self, percent: float) -> float:
        """Of the milliseconds; NaN where nothing was answered."""
        return 1000 * float(np.percentile(self.seconds, percent)) if self.seconds else float("nan")


def ask_for(
    seconds: float,
    address: tuple[str, int],
    images: Sequence[bytes],
    expected: Sequence[Json],
    clients: int = 16,
    path: str = "/v1/predict",
    watch: Callable[[], float] = lambda: 0.0,
) -> LoadResult:
    """Have clients ask for some seconds, each over a connection of its own that it keeps.

    Parameters
    ----------
    seconds : float
    address : (host, port)
    images : sequence of bytes
        Image files; the clients go round them.
    expected : sequence of dict
        What is to be answered of each, as `image_json` gives it; its name does not count.
    clients : int
    path : str
    watch : callable
        Called each second; what it gives is kept.
    """
    heard = LoadResult()
    asyncio.run(_ask_for(seconds, address, images, expected, clients, path, watch, heard))
    return heard


async def _ask_for(
    seconds: float,
    address: tuple[str, int],
    images: Sequence[bytes],
    expected: Sequence[Json],
    clients: int,
    path: str,
    watch: Callable[[], float],
    heard: LoadResult,
) -> None:
    requests = [_request(address, path, image) for image in images]
    began = time.perf_counter()
    end = began + seconds
    watcher = asyncio.ensure_future(_watch(watch, heard.watched))
    each = (_client(i, address, requests, expected, end, heard) for i in range(clients))
    await asyncio.gather(*each)
    watcher.cancel()
    heard.lasted = time.perf_counter() - began


async def _watch(watch: Callable[[], float], kept: list[float]) -> None:
    while True:
        kept.append(watch())
        await asyncio.sleep(1)


async def _client(
    number: int,
    address: tuple[str, int],
    requests: Sequence[bytes],
    expected: Sequence[Json],
    end: float,
    heard: LoadResult,
) -> None:
    try:
        reader, writer = await asyncio.open_connection(*address)
        while (began := time.perf_counter()) < end:
            which = number % len(requests)
            number += 1
            writer.write(requests[which])
            status, body = await _answer(reader)
            heard.seconds.append(time.perf_counter() - began)
            if problem := difference(status, body, expected[which]):
                heard.wrong.append(problem)
        writer.close()
    except (OSError, asyncio.IncompleteReadError, ValueError) as error:
        heard.wrong.append(f"a connection broke: {type(error).__name__} {error}")


def difference(status: int, body: bytes, expected: Json) -> str:
    """What is wrong with an answer; empty where it is the one expected."""
    if status != 200:
        return f"status {status}: {body[:200]!r}"
    (image,) = json.loads(body)["images"]
    faces, others = image["faces"], expected["faces"]
    alike = len(faces) == len(others) and all(
        face["label"] == other["label"]
        and face["box"] == other["box"]
        and abs(face["p_happy"] - other["p_happy"]) <= CLOSE_ENOUGH
        for face, other in zip(faces, others, strict=True)
    )
    return "" if alike else f"{faces} in place of {others}"


def _request(address: tuple[str, int], path: str, image: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n"
        f"Content-Type: image/jpeg\r\nContent-Length: {len(image)}\r\n\r\n"
    )
    return head.encode() + image


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of an answer of a known length."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.partition("content-length:")[2].partition("\r\n")[0])
    return int(head.split(" ", 2)[1]), await reader.readexactly(length)
