"""Progress of long work, reported without knowing who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str, int, int], None]
"""Called with the name of the work, the number of items done, and the total."""

_listener: ContextVar[Listener | None] = ContextVar("happysad_progress", default=None)


def report(what: str, done: int, total: int) -> None:
    """Pass progress on to the listener, if there is one."""
    if listener := _listener.get():
        listener(what, done, total)


@contextmanager
def listen(listener: Listener) -> Iterator[None]:
    """Call ``listener`` for all progress reported in the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
