"""What a model costs to have: bytes, import, loading and one answer from the shell.

Each is measured in a process of its own, as the system accounts for it once it has ended.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from happysad.utils.errors import UserError

IMPORT = "import happysad.pipeline"
LOAD = "load_model"
SHELL = "happysad predict"
FIRST = "happysad predict, first time"
BYTES = "model file"

Row = dict[str, Any]


class Cost(NamedTuple):
    """CPU seconds (user and system) and peak memory in MB of one process."""

    cpu_s: float
    peak_mb: float


def footprint_rows(model: Path, photo: Path, repeats: int = 3) -> list[Row]:
    """``kind``, ``stage``, ``value``, ``unit`` for a model file and a photograph.

    The shell's first time is that after installation, with nothing in the cache folder; all
    others find what it left there. No rows of processes where the system does not tell
    (Windows).

    Raises
    ------
    UserError
        The photograph was not answered.
    """
    rows = [_row(BYTES, model.stat().st_size / 1e6, "MB")]
    if not hasattr(os, "wait4"):
        return rows
    load = f"from happysad import load_model; load_model({str(model)!r})"
    shell = ["-m", "happysad.cli", "predict", "--model", str(model), str(photo)]
    with tempfile.TemporaryDirectory() as cache:
        first = cost(shell, cache)
        measured = {IMPORT: ["-c", IMPORT], LOAD: ["-c", load], SHELL: shell}
        rows += _rows(FIRST, [first])
        for stage, arguments in measured.items():
            rows += _rows(stage, [cost(arguments, cache) for _ in range(repeats)])
    return rows


def cost(arguments: Sequence[str], cache: str) -> Cost:
    """What a Python process with these arguments and that cache folder costs.

    Raises
    ------
    UserError
        It did not end well; with what it said last.
    """
    environment = {**os.environ, "HAPPYSAD_CACHE": cache}
    command = [sys.executable, "-c", _LAUNCHER, sys.executable, *arguments]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        said = ended.stderr.strip() or "nothing"
        raise UserError(f"the process that was measured failed: {said.splitlines()[-1]}")
    cpu_s, peak = map(float, ended.stdout.split())
    by = 1e6 if sys.platform == "darwin" else 1e3  # macOS tells bytes, others KB
    return Cost(cpu_s, peak / by)


_LAUNCHER = """
import os, sys
null = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=null)
_, status, usage = os.wait4(pid, 0)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""A small process between: the peak of a process begins at that of the one that starts it."""


def _rows(stage: str, costs: Sequence[Cost]) -> list[Row]:
    return [
        _row(stage, statistics.median(one.cpu_s for one in costs), "CPU s"),
        _row(stage, statistics.median(one.peak_mb for one in costs), "MB peak"),
    ]


def _row(stage: str, value: float, unit: str) -> Row:
    return {"kind": "footprint", "stage": stage, "value": value, "unit": unit}
