"""``happysad serve`` as a process that is watched: its address, processor time and memory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from happysad.features.errors import UserError

STARTS_WITHIN = 120
"""Seconds."""

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Served:
    """A running service, asked about by the process's number."""

    def __init__(self, pid: int, host: str, port: int) -> None:
        self.pid, self.host, self.port = pid, host, port

    def cpu_seconds(self) -> float:
        """Of it and the processes below it, since they started."""
        return sum(_cpu_seconds(pid) for pid in self._processes())

    def megabytes(self) -> float:
        """Memory of all of them that no file backs; what they share counts once.

        Pages of libraries are left out: their share would change with what else runs here.
        """
        return sum(_megabytes(pid) for pid in self._processes())

    def _processes(self) -> list[int]:
        below, todo = [], [self.pid]
        parents = _parents()
        while todo:
            below.append(todo.pop())
            todo += [child for child, parent in parents.items() if parent == below[-1]]
        return below


@contextmanager
def served(arguments: Sequence[str], cores: Sequence[int] = ()) -> Iterator[Served]:
    """A service on a free port of this machine, ended with the block.

    Parameters
    ----------
    arguments : sequence of str
        Of ``happysad serve``.
    cores : sequence of int
        Where it may run; anywhere without.

    Raises
    ------
    UserError
        It does not start, or this is no Linux, whose /proc is read.
    """
    if not Path("/proc/self/smaps_rollup").exists():
        raise UserError("the service's memory is read from /proc, so this runs on Linux only")
    command = [sys.executable, "-m", "happysad.app.cli", "serve", "--port", "0", *arguments]
    with pinned(cores):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        host, port = _address(process)
        yield Served(process.pid, host, port)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def pinned(cores: Sequence[int]) -> Iterator[None]:
    """This thread, and what it starts, on some cores only; on all it had, without any named."""
    before = os.sched_getaffinity(0)
    if cores and not set(cores) <= before:
        raise UserError(f"there is no core {max(set(cores) - before)}: there are {sorted(before)}")
    os.sched_setaffinity(0, cores or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _address(process: subprocess.Popen[str]) -> tuple[str, int]:
    """Where it listens, as it says itself; it says so, or why not, and ends."""
    assert process.stdout is not None
    began = time.monotonic()
    for line in process.stdout:
        if found := re.search(r"http://([^:/]+):(\d+)", line):
            return found[1], int(found[2])
        if time.monotonic() - began > STARTS_WITHIN:
            break
    raise UserError("the service does not start: try happysad serve by itself")


def _parents() -> dict[int, int]:
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and (fields := _stat(int(folder.name))):
            found[int(folder.name)] = int(fields[1])
    return found


def _stat(pid: int) -> list[str]:
    """The fields behind the name, which may hold anything; none of a process that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _cpu_seconds(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def _megabytes(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss_Anon:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
