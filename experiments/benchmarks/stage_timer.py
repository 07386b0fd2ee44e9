"""A watch that tells by stages where CPU time goes, held to functions while they are at work."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any


class StageTimer:
    """Sums CPU seconds by stage; what a stage calls and is a stage itself does not count in it."""

    def __init__(self, first: str) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self._stages = [first]
        self._since = time.process_time()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time spent in the block belongs to ``name``."""
        self.book()
        self._stages.append(name)
        try:
            yield
        finally:
            self.book()
            self._stages.pop()

    def book(self) -> None:
        """Write down what was spent until now."""
        now = time.process_time()
        self.spent[self._stages[-1]] += now - self._since
        self._since = now

    def held_to(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its time booked."""

        @wraps(function)
        def timed(*args: Any, **options: Any) -> Any:
            with self.stage(name):
                return function(*args, **options)

        return timed


@contextmanager
def put(owner: Any, name: str, value: Any) -> Iterator[None]:
    """``owner.name`` is ``value`` in the block."""
    own, before = name in vars(owner), getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if own:
            setattr(owner, name, before)
        else:
            delattr(owner, name)
