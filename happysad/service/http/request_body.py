"""The images in a request's body: read piece by piece, within limits, and never onto the disk."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

from fastapi import Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from happysad.service.http.multipart import NAME_LENGTH, InvalidBodyError, Upload, read_form
from happysad.service.http.schemas import BatchImage, BatchRequest, PredictParameters, first_error
from happysad.service.workers.limits import Limits, TooLargeError, too_many_bytes
from happysad.utils.errors import UserError


class MemoryLimitError(UserError):
    """Other requests hold all the memory that there is for bodies."""


class BodyTimeoutError(UserError):
    """The body does not come, or not to its end."""


class BodyReader:
    """Reads bodies, and counts how many bytes of them are in memory."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.held = 0

    @asynccontextmanager
    async def images(self, request: Request) -> AsyncIterator[list[Upload]]:
        """The image of a raw body or those of a form; counted as held until the block ends."""
        is_form = request.headers.get("content-type", "").lower().startswith("multipart/")
        async with self._limited(request, is_form) as stream:
            if is_form:
                yield await read_form(request, stream, self.limits)
                return
            data = b"".join([chunk async for chunk in stream])
            if not data:
                raise InvalidBodyError("the body is empty: send an image, or a form with images")
            yield [Upload("image 0", data)]

    @asynccontextmanager
    async def batch(
        self, request: Request
    ) -> AsyncIterator[tuple[PredictParameters, list[Upload]]]:
        """The parameters and images of a JSON body; counted as held until the block ends."""
        async with self._limited(request, True) as stream:
            body = bytearray()
            async for chunk in stream:
                body += chunk
            yield await run_in_threadpool(self._parse_batch, body)

    @asynccontextmanager
    async def _limited(
        self, request: Request, several: bool
    ) -> AsyncIterator[AsyncGenerator[bytes]]:
        limit = self.limits.body_bytes if several else self.limits.image_bytes
        what = "the body" if several else "the image"
        announced = request.headers.get("content-length", "0")
        if announced.isdecimal() and int(announced) > limit:
            raise too_many_bytes(what, limit)
        now = asyncio.get_running_loop().time
        end = now() + self.limits.body_seconds
        own = 0

        async def chunks() -> AsyncGenerator[bytes]:
            nonlocal own
            async with aclosing(request.stream()) as stream:
                while True:
                    try:
                        async with asyncio.timeout_at(min(end, now() + self.limits.pause_seconds)):
                            chunk = await anext(stream, None)
                    except TimeoutError:
                        sentence = "the body took too long to come: send it again"
                        raise BodyTimeoutError(sentence) from None
                    if chunk is None:
                        return
                    own += len(chunk)
                    self.held += len(chunk)
                    if own > limit:
                        raise too_many_bytes(what, limit)
                    if self.held > self.limits.held_bytes and self.held > own:
                        sentence = "too many pictures are being sent at once: come back later"
                        raise MemoryLimitError(sentence)
                    yield chunk

        try:
            async with aclosing(chunks()) as stream:
                yield stream
        finally:
            self.held -= own

    def _parse_batch(self, body: bytearray) -> tuple[PredictParameters, list[Upload]]:
        """A body's content; its memory is freed as its images are decoded."""
        if not body:
            example = '{"images": [{"data": "..."}]}'
            raise InvalidBodyError(f"the body is empty: send JSON such as {example}")
        try:
            batch = BatchRequest.model_validate_json(body)
        except ValidationError as error:
            raise InvalidBodyError(first_error(error.errors(include_input=False))) from None
        body.clear()
        if len(batch.images) > self.limits.batch:
            sentence = f"a batch holds up to {self.limits.batch} images: send several batches"
            raise TooLargeError(sentence)
        uploads = []
        for number, image in enumerate(batch.images):
            uploads.append(self._decode(number, image))
            image.data = ""
        return PredictParameters(**batch.model_dump(exclude={"images"})), uploads

    def _decode(self, number: int, image: BatchImage) -> Upload:
        name = image.name or f"image {number}"
        text = image.data
        if text.startswith("data:"):  # as a browser's canvas and FileReader give it
            text = text.partition(",")[2]
        try:
            data = base64.b64decode("".join(text.split()), validate=True)
        except ValueError:
            raise InvalidBodyError(f"the data of {name} is not base64") from None
        if len(data) > self.limits.image_bytes:
            raise too_many_bytes(name, self.limits.image_bytes)
        return Upload(name[:NAME_LENGTH], data)
