"""Where a run's numbers come from: what was typed, which code, which machine."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """System, kind of processor and number of cores."""
    return {
        "system": platform.platform(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
    }


def command_line() -> str:
    """What was typed to run this, as far as it was one of our commands; else ""."""
    program, *words = sys.argv
    here = Path(__file__).resolve().parents[1]
    if Path(program).stem == "happysad":
        return shlex.join(["happysad", *words])
    if here in Path(program).resolve().parents:
        script = Path("experiments", Path(program).resolve().relative_to(here)).as_posix()
        return shlex.join(["python", script, *words])
    return ""


def code_revision() -> dict[str, Any]:
    """The commit that the code is at and whether it was changed since; empty outside a checkout."""
    here = Path(__file__).resolve().parent

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=here, capture_output=True, text=True, timeout=20)
        return done.stdout.strip() if done.returncode == 0 else ""

    try:
        revision = git("rev-parse", "HEAD")
        dirty = bool(git("status", "--porcelain"))
    except (OSError, subprocess.SubprocessError):
        return {}
    return {"revision": revision, "dirty": dirty} if revision else {}
