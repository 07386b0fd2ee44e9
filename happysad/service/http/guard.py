"""Middleware for every response: headers, hosts, one sentence for an error, and the count."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from happysad.service.http.problems import problem

# Nothing but what this service serves, no inline script or style.
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

OTHER_HOST = (
    "this service answers to localhost only: call it by that name, or by the address that it "
    "printed"
)

log = logging.getLogger("happysad.service")


class Guard:
    """ASGI middleware: the service may be called by the names in ``hosts``, None for any.

    A page whose name was pointed at this machine (DNS rebinding) comes with another. ``count`` is
    called with the path of a route and the status of each response.
    """

    def __init__(
        self, app: ASGIApp, hosts: frozenset[str] | None, count: Callable[[str, int], None]
    ) -> None:
        self.app, self._hosts, self._count = app, hosts, count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond; an unexpected exception is a 500 of one sentence, logged in a line."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # the server leaves the body out
            scope = {**scope, "method": "GET"}
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message), scope["path"])
            await send(message)

        async def respond(code: int, sentence: str, headers: dict[str, str] | None = None) -> None:
            await problem(code, sentence, headers)(scope, receive, send_with_headers)

        try:
            if self._is_known_host(scope):
                await self.app(scope, receive, send_with_headers)
            else:
                await respond(400, OTHER_HOST)
        except ClientDisconnect:
            status = status or 499
        except asyncio.CancelledError:  # as uvicorn ends what is under way when it ends
            if not status:
                await respond(503, "the service is ending: send it again", {"retry-after": "5"})
        except Exception as error:
            _log(scope, error)
            if not status:
                await respond(500, "something went wrong in the service; its log says what")
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._count(route, status or 499)

    def _is_known_host(self, scope: Scope) -> bool:
        host = Headers(scope=scope).get("host", "")
        name, colon, port = host.rpartition(":")
        name = name if colon and port.isdecimal() else host
        return self._hosts is None or name.lower() in self._hosts


def _add_headers(headers: MutableHeaders, path: str) -> None:
    headers.setdefault("x-content-type-options", "nosniff")
    headers.setdefault("referrer-policy", "no-referrer")
    headers.setdefault("content-security-policy", PAGE_POLICY)
    # Answers are private; the page's files are checked again, lest they be of two versions.
    headers.setdefault("cache-control", "no-store" if path.startswith("/v1/") else "no-cache")


def _log(scope: Scope, error: Exception) -> None:
    """One line: what failed, and in which line of code."""
    *_, place = traceback.extract_tb(error.__traceback__)
    what = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    where = f"{place.name}:{place.lineno}"
    log.error("%s %s: %s (%s)", scope["method"], scope["path"], what, where)
