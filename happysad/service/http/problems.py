"""Every error is answered by ``{"detail": "one sentence"}``."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from happysad.service.http.request_body import BodyTimeoutError, MemoryLimitError
from happysad.service.http.schemas import first_error
from happysad.service.workers.batch_scheduler import QueueFullError, ServiceStoppedError
from happysad.service.workers.limits import TooLargeError
from happysad.service.workers.models import UnknownModelError
from happysad.utils.errors import UserError

# Of an error; the first that fits.
STATUS: dict[type[UserError], int] = {
    UnknownModelError: 404,
    BodyTimeoutError: 408,
    TooLargeError: 413,
    QueueFullError: 503,
    ServiceStoppedError: 503,
    MemoryLimitError: 503,
    UserError: 400,
}


def add_problems(app: FastAPI) -> None:
    """Have the app answer errors with one sentence."""
    app.add_exception_handler(UserError, _user_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)


def problem(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"detail": sentence}, status, headers)


async def _user_error(request: Request, error: Any) -> Response:
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    headers = {}
    if status == 503:
        headers["retry-after"] = str(getattr(error, "seconds", 1))
    if status in (408, 413, 503):  # what is left of the body is not waited for
        headers["connection"] = "close"
    return problem(status, str(error), headers)


async def _validation_error(request: Request, error: Any) -> Response:
    return problem(400, first_error(error.errors()))


async def _http_error(request: Request, error: Any) -> Response:
    sentences = {
        404: f"there is nothing at {request.url.path}: /docs lists what there is",
        405: f"{request.url.path} does not take {request.method}: /docs lists what it takes",
    }
    sentence = sentences.get(error.status_code, str(error.detail))
    return problem(error.status_code, sentence, error.headers)
