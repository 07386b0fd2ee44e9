"""The files of a multipart form, which stay in memory."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import NamedTuple

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from happysad.service.workers.limits import Limits, TooLargeError, too_many_bytes
from happysad.utils.errors import UserError

NAME_LENGTH = 255  # characters of a name that are kept


class InvalidBodyError(UserError):
    """A body that holds no images, or holds them in a way that is not understood."""


class Upload(NamedTuple):
    """An image as it was sent."""

    name: str
    data: bytes


async def read_form(
    request: Request, stream: AsyncGenerator[bytes], limits: Limits
) -> list[Upload]:
    """The files of a form, in memory, or TooLargeError or InvalidBodyError."""
    parser = _InMemoryParser(request, stream, limits)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        reason = (error.message[:1].lower() + error.message[1:]).rstrip(".")
        raise InvalidBodyError(f"the form cannot be read: {reason}") from None
    except (UnicodeError, LookupError):
        sentence = "the form cannot be read: its charset is not one for names"
        raise InvalidBodyError(sentence) from None
    if not parser.complete:
        raise InvalidBodyError("the form ends before its last boundary: send it again, whole")
    uploads: list[Upload] = []
    for field, file in form.multi_items():
        if not isinstance(file, UploadFile):
            raise InvalidBodyError(
                f"the form's field {field[:NAME_LENGTH]!r} is no file: send images as files and "
                "options in the address, as in /v1/predict?crops=true"
            )
        data = await file.read()
        if data or file.filename:  # browsers send a nameless one where nothing was chosen
            name = file.filename or f"image {len(uploads)}"
            uploads.append(Upload(name[:NAME_LENGTH], data))
        await file.close()
    if not uploads:
        raise InvalidBodyError("the form holds no files: send one image or several")
    return uploads


class _InMemoryParser(MultiPartParser):
    """Starlette's parser, without its temporary files and with a limit to each file."""

    spool_max_size = 0  # of a SpooledTemporaryFile: never onto the disk

    def __init__(self, request: Request, stream: AsyncGenerator[bytes], limits: Limits) -> None:
        super().__init__(request.headers, stream, max_files=float("inf"))
        self._limits, self._parts, self._size = limits, 0, 0
        self.complete = False

    def on_part_begin(self) -> None:
        self._parts, self._size = self._parts + 1, 0
        if self._parts > self._limits.images:
            sentence = f"a form holds up to {self._limits.images} images: send several forms"
            raise TooLargeError(sentence)
        super().on_part_begin()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._size += end - start
        if self._size > self._limits.image_bytes:
            raise too_many_bytes("an image", self._limits.image_bytes)
        super().on_part_data(data, start, end)

    def on_end(self) -> None:
        super().on_end()
        self.complete = True
