"""``--jobs``, which means the same to every command: how many work at a time, -1 for one a core."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def _check(ctx: click.Context, param: click.Parameter, jobs: int | None) -> int | None:
    if jobs is None or jobs == -1 or jobs > 0:
        return jobs
    raise click.BadParameter(f"it is a number from 1, or -1 for one a core, not {jobs}")


def jobs_option(what: str = "Processes", default: int | None = -1) -> Callable[[Command], Command]:
    """Give a click command ``--jobs``; a default of None stands for what its settings say: -1."""
    shown = "-1" if default is None else True
    return click.option(
        "--jobs",
        type=int,
        default=default,
        show_default=shown,
        callback=_check,
        help=f"{what}; -1: one a core.",
    )


def job_count(jobs: int) -> int:
    """How many jobs that is on this machine.

    Examples
    --------
    >>> job_count(3), job_count(-1) >= 1
    (3, True)
    """
    if jobs != -1:
        return jobs
    import joblib

    return int(joblib.cpu_count())
