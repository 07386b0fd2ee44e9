"""``happysad serve`` as a process on chosen cores: its address, CPU time and memory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psutil  # type: ignore[import-untyped]

from happysad.utils.errors import UserError

HAPPYSAD = (sys.executable, "-m", "happysad.cli")  # the command, also where not on the path
STARTS_WITHIN, ENDS_WITHIN = 120.0, 30.0  # seconds after which a service is killed


class Service:
    """A running service: where it listens, and what it and the processes below it take."""

    def __init__(self, pid: int, host: str, port: int) -> None:
        self.pid, self.host, self.port = pid, host, port
        self.address = f"http://{host}:{port}"

    def cpu_seconds(self) -> float:
        """User and system time since the start."""
        return cpu_seconds(process_tree(self.pid))

    def megabytes(self) -> float:
        """Memory that would be free without these processes (unique set size)."""
        return _total(lambda process: process.memory_full_info().uss, process_tree(self.pid)) / 1e6


def process_tree(pid: int) -> list[Any]:
    """psutil's process and all below it; empty if it has ended."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def cpu_seconds(processes: Sequence[Any]) -> float:
    """User and system time of psutil's processes."""
    return _total(lambda process: sum(process.cpu_times()[:2]), processes)


def _total(measure: Callable[[Any], float], processes: Sequence[Any]) -> float:
    """The sum over processes; 0 of those that have ended."""
    total = 0.0
    for process in processes:
        with suppress(psutil.Error):
            total += measure(process)
    return total


@contextmanager
def served(arguments: Sequence[str], cores: Sequence[int] = ()) -> Iterator[Service]:
    """``happysad serve`` on a free port and on these cores (none: on any), ended with the block.

    UserError where it does not start; its own message is on standard error.
    """
    with pinned(cores):
        command = [*HAPPYSAD, "serve", "--port", "0", *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    timer = threading.Timer(STARTS_WITHIN, process.kill)
    timer.start()
    try:
        lines = process.stdout or ()
        found = next(filter(None, (re.search(r"//([^\s/]+):(\d+)\s", x) for x in lines)), None)
        timer.cancel()
        if found is None:
            raise UserError("the service does not start: its message is above, if it gave one")
        yield Service(process.pid, found[1], int(found[2]))
    finally:
        timer.cancel()
        process.terminate()
        try:
            process.communicate(timeout=ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def available_cores() -> list[int]:
    """The cores on which this process may run; UserError where cores cannot be chosen."""
    if not hasattr(os, "sched_getaffinity"):
        raise UserError("cores cannot be chosen on this system: measure on Linux")
    return sorted(os.sched_getaffinity(0))


@contextmanager
def pinned(cores: Sequence[int]) -> Iterator[None]:
    """This thread, and what it starts, on these cores only; no change if there are none."""
    if not cores:
        yield
        return
    before = available_cores()
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
