"""``happysad serve`` as a process, for whoever measures or shows it: its address, processor time
and memory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from happysad.utils.errors import UserError

HAPPYSAD = (sys.executable, "-m", "happysad.cli")
"""The command ``happysad``, also where it is not on the path."""

STARTS_WITHIN, ENDS_WITHIN = 120.0, 30.0
"""Seconds; a service that has not ended by then is killed."""

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Served:
    """A running service; asked about by the process's number, where there is a /proc."""

    def __init__(self, pid: int, host: str, port: int) -> None:
        self.pid, self.host, self.port = pid, host, port

    @property
    def address(self) -> str:
        """``http://127.0.0.1:8000`` or so."""
        return f"http://{self.host}:{self.port}"

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

    What it complained of meanwhile is passed on at the end.

    Parameters
    ----------
    arguments : sequence of str
        Of ``happysad serve``.
    cores : sequence of int
        Where it may run; anywhere without.

    Raises
    ------
    UserError
        It does not start; the sentence is its own where it gives one.
    """
    command = [*HAPPYSAD, "serve", "--port", "0", *arguments]
    # Into files: a pipe that nobody reads fills, and reading one cannot be given up.
    with tempfile.TemporaryDirectory() as folder:
        told, wrong = Path(folder) / "out", Path(folder) / "err"
        with pinned(cores), told.open("w") as out, wrong.open("w") as err:
            process = subprocess.Popen(command, stdout=out, stderr=err)
        try:
            service = Served(process.pid, *_address(process, told, wrong))
            try:
                yield service
            finally:
                sys.stderr.write(_said(wrong))
        finally:
            _end(process)


def needs_linux() -> None:
    """UserError where cores cannot be chosen, or where there is no /proc to read."""
    if not Path("/proc/self/smaps_rollup").exists():
        raise UserError("this chooses cores and reads /proc: measure on Linux")


@contextmanager
def pinned(cores: Sequence[int]) -> Iterator[None]:
    """This thread, and what it starts, on some cores only; on all it had, without any named."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    if not set(cores) <= before:
        raise UserError(f"there is no core {max(set(cores) - before)}: there are {sorted(before)}")
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _address(process: subprocess.Popen[bytes], told: Path, wrong: Path) -> tuple[str, int]:
    """Where it listens, as it says itself."""
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end:
        ended = process.poll() is not None  # asked first: it may speak just before it ends
        if found := re.search(r"http://([^\s/]+):(\d+)\s", _said(told)):
            return found[1], int(found[2])
        if ended:
            reason = _said(wrong).strip() or "try happysad serve by itself"
            raise UserError(f"the service does not start: {reason}")
        time.sleep(0.05)
    raise UserError(f"the service does not start: it says no address in {STARTS_WITHIN:g} seconds")


def _said(file: Path) -> str:
    return file.read_text(errors="replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


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
