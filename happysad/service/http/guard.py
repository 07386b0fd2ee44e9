"""What holds for every answer: headers, hosts, one sentence for a mistake, and the count."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from happysad.service.http.problems import problem

PAGE_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Content-Security-Policy: nothing but what this service serves, no inline script or style."""

log = logging.getLogger("happysad.service")


class Guard:
    """ASGI middleware around the whole service.

    Parameters
    ----------
    app : ASGI app
    hosts : set of str or None
        Names by which the service may be called, without port; None for any. A page elsewhere
        whose name was pointed at this machine (DNS rebinding) comes with another.
    count : callable
        Called with a route's path and the status of each answer.
    """

    def __init__(
        self, app: ASGIApp, hosts: frozenset[str] | None, count: Callable[[str, int], None]
    ) -> None:
        self.app, self._hosts, self._count = app, hosts, count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; an exception that nobody foresaw is a 500 of one sentence, logged in a line."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # the server leaves the body out
            scope = {**scope, "method": "GET"}
        status = 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message), scope["path"])
            await send(message)

        try:
            if self._is_foreign(scope):
                told = (
                    "this service answers to localhost only: call it by that name, or by the "
                    "address that it printed"
                )
                await problem(400, told)(scope, receive, sent)
            else:
                await self.app(scope, receive, sent)
        except ClientDisconnect:
            status = status or 499
        except asyncio.CancelledError:  # as uvicorn ends what is under way when it ends
            if not status:
                told = "the service is ending: send it again"
                await problem(503, told, {"retry-after": "5"})(scope, receive, sent)
        except Exception as error:
            _log(scope, error)
            if not status:
                told = "something went wrong in the service; its log says what"
                await problem(500, told)(scope, receive, sent)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._count(route, status or 499)

    def _is_foreign(self, scope: Scope) -> bool:
        host = Headers(scope=scope).get("host", "")
        return self._hosts is not None and _without_port(host).lower() not in self._hosts


def _add_headers(headers: MutableHeaders, path: str) -> None:
    headers.setdefault("x-content-type-options", "nosniff")
    headers.setdefault("referrer-policy", "no-referrer")
    headers.setdefault("content-security-policy", PAGE_POLICY)
    # Answers are nobody else's; the page's files are asked for again, lest they be of two versions.
    headers.setdefault("cache-control", "no-store" if path.startswith("/v1/") else "no-cache")


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


def _log(scope: Scope, error: Exception) -> None:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_name}:{place.tb_lineno}" if place else "?"
    told = " ".join(str(error).split())[:200]
    log.error(
        "%s %s: %s: %s (%s)", scope["method"], scope["path"], type(error).__name__, told, where
    )
