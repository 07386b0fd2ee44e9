"""The files of a multipart form, which stay in memory."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import NamedTuple

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from happysad.service.http.limits import Limits, too_many_bytes
from happysad.service.workers.image_limits import TooLarge
from happysad.utils.errors import UserError

LONG = 255
"""Characters of a name that are kept."""


class BadBody(UserError):
    """A body that holds no images, or holds them in a way that is not understood."""


class Upload(NamedTuple):
    """An image as it was sent."""

    name: str
    data: bytes


async def files_of(request: Request, stream: AsyncGenerator[bytes], limits: Limits) -> list[Upload]:
    """The files of a form, whatever their fields are called.

    Raises
    ------
    TooLarge, BadBody
    """
    parser = _InMemory(request, stream, limits)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise BadBody(f"the form cannot be read: {_lower(error.message)}") from None
    except (UnicodeError, LookupError):
        raise BadBody("the form cannot be read: its charset is not one for names") from None
    if not parser.whole:
        raise BadBody("the form ends before its last boundary: send it again, whole")
    uploads: list[Upload] = []
    for field, value in form.multi_items():
        if not isinstance(value, UploadFile):
            raise BadBody(
                f"the form's field {field[:LONG]!r} is no file: send images as files and "
                "options in the address, as in /v1/predict?crops=true"
            )
        if data := await value.read():
            name = value.filename or f"image {len(uploads)}"
            uploads.append(Upload(name[:LONG], data))
        elif value.filename:  # browsers send a nameless one where nothing was chosen
            uploads.append(Upload(value.filename[:LONG], b""))
        await value.close()
    if not uploads:
        raise BadBody("the form holds no files: send one image or several")
    return uploads


class _InMemory(MultiPartParser):
    """Starlette's parser, without its temporary files and with a limit to each file."""

    spool_max_size = 0  # of a SpooledTemporaryFile: never onto the disk

    def __init__(self, request: Request, stream: AsyncGenerator[bytes], limits: Limits) -> None:
        super().__init__(request.headers, stream, max_files=float("inf"))
        self._limits, self._parts, self._size = limits, 0, 0
        self.whole = False

    def on_part_begin(self) -> None:
        self._parts, self._size = self._parts + 1, 0
        if self._parts > self._limits.images:
            raise TooLarge(f"a form holds up to {self._limits.images} images: send several forms")
        super().on_part_begin()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._size += end - start
        if self._size > self._limits.image_bytes:
            raise too_many_bytes("an image", self._limits.image_bytes)
        super().on_part_data(data, start, end)

    def on_end(self) -> None:
        super().on_end()
        self.whole = True


def _lower(text: str) -> str:
    return (text[:1].lower() + text[1:]).rstrip(".")
