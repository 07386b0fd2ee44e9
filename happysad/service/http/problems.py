"""Whatever is wrong with a request, the answer is {"detail": "one sentence"}."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from happysad.service.http.request_body import NoRoom, TooSlow
from happysad.service.http.schemas import sentence_of
from happysad.service.workers.batch_scheduler import Busy, Gone
from happysad.service.workers.image_limits import TooLarge
from happysad.service.workers.models import UnknownModel
from happysad.utils.errors import UserError

STATUS: dict[type[UserError], int] = {
    UnknownModel: 404,
    TooSlow: 408,
    TooLarge: 413,
    Busy: 503,
    Gone: 503,
    NoRoom: 503,
    UserError: 400,
}
"""By kind of mistake; the first that fits."""


def add_problems(app: FastAPI) -> None:
    """Have the app answer mistakes with one sentence."""
    app.add_exception_handler(UserError, _mistake)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)


def problem(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    """The answer to a mistake."""
    return JSONResponse({"detail": sentence}, status, headers)


async def _mistake(request: Request, error: Any) -> Response:
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    headers = {}
    if status == 503:
        headers["retry-after"] = str(getattr(error, "seconds", 1))
    if status in (408, 413, 503):  # what is left of the body is not waited for
        headers["connection"] = "close"
    return problem(status, str(error), headers)


async def _invalid(request: Request, error: Any) -> Response:
    return problem(400, sentence_of(error.errors()))


async def _refused(request: Request, error: Any) -> Response:
    told = {
        404: f"there is nothing at {request.url.path}: /docs lists what there is",
        405: f"{request.url.path} does not take {request.method}: /docs lists what it takes",
    }
    sentence = told.get(error.status_code, str(error.detail))
    return problem(error.status_code, sentence, error.headers)
