"""The images in a request's body: read piece by piece, within limits, and never onto the disk."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import NamedTuple

from fastapi import Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from happysad.service.http.limits import Limits, too_many_bytes
from happysad.service.http.multipart import LONG, BadBody, Upload, files_of
from happysad.service.http.schemas import BatchImage, BatchRequest, sentence_of
from happysad.service.workers.image_limits import TooLarge
from happysad.utils.errors import UserError


class NoRoom(UserError):
    """Other requests hold all the memory that there is for bodies."""


class TooSlow(UserError):
    """The body does not come, or not to its end."""


class Wanted(NamedTuple):
    """What a JSON body asks of its images."""

    model: str | None
    max_error: float | None
    min_score: float | None
    crops: bool


class Bodies:
    """Reads bodies, and knows how many bytes of them are in memory."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.held = 0

    @asynccontextmanager
    async def images_of(self, request: Request) -> AsyncIterator[list[Upload]]:
        """The image of a raw body or those of a form; held until the block ends.

        Raises
        ------
        TooLarge, BadBody, NoRoom, TooSlow
        """
        form = request.headers.get("content-type", "").lower().startswith("multipart/")
        async with self._held(request, form) as stream:
            yield await (files_of(request, stream, self.limits) if form else self._raw(stream))

    @asynccontextmanager
    async def batch_of(self, request: Request) -> AsyncIterator[tuple[Wanted, list[Upload]]]:
        """What a JSON body asks, and its images; held until the block ends.

        Raises
        ------
        TooLarge, BadBody, NoRoom, TooSlow
        """
        async with self._held(request, True) as stream:
            body = bytearray()
            async for chunk in stream:
                body += chunk
            yield await run_in_threadpool(self._batch, body)

    @asynccontextmanager
    async def _held(self, request: Request, several: bool) -> AsyncIterator[AsyncGenerator[bytes]]:
        most = self.limits.body_bytes if several else self.limits.image_bytes
        what = "the body" if several else "the image"
        announced = request.headers.get("content-length", "0")
        if announced.isdecimal() and int(announced) > most:
            raise too_many_bytes(what, most)
        mine = 0

        async def counted() -> AsyncGenerator[bytes]:
            nonlocal mine
            async with aclosing(self._in_time(request.stream())) as stream:
                async for chunk in stream:
                    mine += len(chunk)
                    self.held += len(chunk)
                    if mine > most:
                        raise too_many_bytes(what, most)
                    if self.held > self.limits.held_bytes and self.held > mine:
                        raise NoRoom("too many pictures are being sent at once: come back later")
                    yield chunk

        try:
            async with aclosing(counted()) as stream:
                yield stream
        finally:
            self.held -= mine

    async def _in_time(self, stream: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
        now = asyncio.get_running_loop().time
        end = now() + self.limits.body_seconds
        async with aclosing(stream):
            while True:
                try:
                    async with asyncio.timeout_at(min(end, now() + self.limits.pause_seconds)):
                        chunk = await anext(stream, None)
                except TimeoutError:
                    raise TooSlow("the body took too long to come: send it again") from None
                if chunk is None:
                    return
                yield chunk

    async def _raw(self, stream: AsyncGenerator[bytes]) -> list[Upload]:
        data = b"".join([chunk async for chunk in stream])
        if not data:
            raise BadBody("the body is empty: send an image, or a form with images")
        return [Upload("image 0", data)]

    def _batch(self, body: bytearray) -> tuple[Wanted, list[Upload]]:
        """What a body asks; its memory is let go of as its images are decoded."""
        if not body:
            raise BadBody('the body is empty: send JSON such as {"images": [{"data": "..."}]}')
        try:
            asked = BatchRequest.model_validate_json(body)
        except ValidationError as error:
            raise BadBody(sentence_of(error.errors(include_input=False))) from None
        body.clear()
        if len(asked.images) > self.limits.batch:
            raise TooLarge(f"a batch holds up to {self.limits.batch} images: send several batches")
        uploads = []
        for number, image in enumerate(asked.images):
            uploads.append(self._upload(number, image))
            image.data = ""
        return Wanted(asked.model, asked.max_error, asked.min_score, asked.crops), uploads

    def _upload(self, number: int, image: BatchImage) -> Upload:
        name = image.name or f"image {number}"
        text = image.data
        if text.startswith("data:"):  # as a browser's canvas and FileReader give it
            text = text.partition(",")[2]
        try:
            data = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            raise BadBody(f"the data of {name} is not base64") from None
        if len(data) > self.limits.image_bytes:
            raise too_many_bytes(name, self.limits.image_bytes)
        return Upload(name[:LONG], data)
