"""How long work tells how far it is, without knowing who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str, int, int], None]
"""Called with what is being done, how many items are done, and of how many."""

_listener: ContextVar[Listener | None] = ContextVar("happysad_progress", default=None)


def report(what: str, done: int, total: int) -> None:
    """Tell the listener, if there is one."""
    listener = _listener.get()
    if listener is not None:
        listener(what, done, total)


@contextmanager
def listen(listener: Listener) -> Iterator[None]:
    """Call ``listener`` for all that is reported in the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
