"""What the user sees while work goes on: progress, notes, and one sentence for a mistake."""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, ParamSpec

from happysad.utils.errors import UserError
from happysad.utils.progress import Listener, listen

P = ParamSpec("P")


def say(line: str) -> None:
    """A line for the reader, on standard error: standard output is for results.

    What a terminal would take for a command, such as in a file's name, is a question mark.
    """
    shown = "".join(c if c.isprintable() or c == "\n" else "?" for c in line)
    print(shown, file=sys.stderr, flush=True)


def silent(line: str) -> None:
    """In place of ``say`` where the user asked for quiet."""


@contextmanager
def progress(quiet: bool = False) -> Iterator[None]:
    """Show what is reported in the block: bars on a terminal, plain lines elsewhere.

    ``quiet`` shows nothing.
    """
    if quiet:
        yield
        return
    if not sys.stderr.isatty():
        with listen(_plain_lines()):
            yield
        return
    with _bars() as listener, listen(listener):
        yield


def _plain_lines() -> Listener:
    """A line at each tenth of long work, and none for short work."""
    told: dict[str, int] = {}

    def listener(what: str, done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if total >= 1000 or what.startswith("fitting"):
            if tenth > told.get(what, 0):
                say(f"{what}: {done} of {total}")
            told[what] = tenth

    return listener


def _is_slow(what: str, total: int) -> bool:
    """Whether work is worth a bar: a few faces are found in the blink of an eye."""
    return total >= 50 or what.startswith("fitting")


@contextmanager
def _bars() -> Iterator[Listener]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    tasks: dict[str, Any] = {}

    def listener(what: str, done: int, total: int) -> None:
        if not _is_slow(what, total):
            return
        if what not in tasks or (done < bars.tasks[tasks[what]].completed):
            tasks[what] = bars.add_task(what, total=total, rate="")
        speed = bars.tasks[tasks[what]].speed
        rate = f"{speed:.0f}/s" if speed and speed >= 1 else ""
        bars.update(tasks[what], completed=done, total=total, rate=rate)

    with bars:
        yield listener


def exit_on_user_error(command: Callable[P, None]) -> Callable[P, None]:
    """Have a command end with one sentence and exit code 2 on a user's mistake.

    A file or folder that the system refuses is one too. Being told to end (SIGTERM) is taken as
    Ctrl-C is, joblib then ends its processes too: 130. Nobody there to read what it prints: 141,
    as shells have it.
    """
    resumes = command.__module__.startswith("happysad.experiments")

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            command(*args, **kwargs)
            if sys.stdout is not None:
                sys.stdout.flush()  # while what goes wrong with it can still be told
        except UserError as error:
            say(f"happysad: {error}")
            sys.exit(2)
        except BrokenPipeError:
            _forget_output()
            sys.exit(141)
        except OSError as error:
            what = error.filename or "its output"
            say(f"happysad: cannot use {what}: {(error.strerror or str(error)).lower()}")
            _forget_output()
            sys.exit(2)
        except KeyboardInterrupt:
            say("happysad: stopped" + ("; the same command goes on from here" if resumes else ""))
            sys.exit(130)
        finally:
            signal.signal(signal.SIGTERM, before or signal.SIG_DFL)

    return wrapped


def _forget_output() -> None:
    """Let go of what could not be printed, or Python would try again at its end."""
    with suppress(Exception):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
