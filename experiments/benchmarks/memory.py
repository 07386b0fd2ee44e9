"""What a model costs to have: bytes, import, loading and one prediction from the shell.

Each is measured in a process of its own, as the operating system accounts for it at its end.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from happysad.utils.errors import UserError

IMPORT, LOAD, SHELL = "import happysad.pipeline", "load_model", "happysad predict"
FIRST = "happysad predict, first time"
BYTES = "model file"


def footprint_rows(model: Path, photo: Path, repeats: int = 3) -> list[dict[str, Any]]:
    """``kind``, ``stage``, ``value``, ``unit`` for a model file and a photograph.

    The first time is that after installation, with an empty cache folder; the others find what
    it left there. Raises UserError where a process fails.
    """
    load = ["-c", f"from happysad import load_model; load_model({str(model)!r})"]
    shell = ["-m", "happysad.cli", "predict", "--model", str(model), str(photo)]
    measured = [(FIRST, shell, 1), (IMPORT, ["-c", IMPORT], repeats), (LOAD, load, repeats)]
    rows = [(BYTES, model.stat().st_size / 1e6, "MB")]
    with tempfile.TemporaryDirectory() as cache:
        for stage, arguments, times in (*measured, (SHELL, shell, repeats)):
            costs = [process_cost(arguments, cache) for _ in range(times)]
            cpu_s, peak_mb = np.median(costs, axis=0).tolist()
            rows += [(stage, cpu_s, "CPU s"), (stage, peak_mb, "MB peak")]
    return [
        dict(zip(("kind", "stage", "value", "unit"), ("footprint", *r), strict=True)) for r in rows
    ]


def process_cost(arguments: Sequence[str], cache: str) -> tuple[float, float]:
    """CPU seconds and peak MB of a Python process; UserError, with its last line, if it fails."""
    environment = {**os.environ, "HAPPYSAD_CACHE": cache}
    command = [sys.executable, "-c", _LAUNCHER, sys.executable, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip() or "no reason given"
        raise UserError(f"the process that was measured failed: {reason.splitlines()[-1]}")
    cpu_s, peak = map(float, done.stdout.split())
    return cpu_s, peak / (1e6 if sys.platform == "darwin" else 1e3)  # macOS counts bytes


_LAUNCHER = """
import os, sys
null = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=null)
_, status, usage = os.wait4(pid, 0)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""A small process between: the peak of a process begins at that of the one that starts it."""
