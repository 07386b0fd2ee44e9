"""What a command shows on the terminal: progress, notes, and one sentence for a mistake."""

from __future__ import annotations

import codecs
import functools
import io
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
    """Print a line on standard error; standard output is for results.

    Control characters, as a file's name may hold them, are printed as question marks.
    """
    printable = "".join(c if c.isprintable() or c == "\n" else "?" for c in line)
    print(printable, file=sys.stderr, flush=True)


def silent(line: str) -> None:
    """In place of ``say`` where the user asked for quiet."""


def any_text() -> None:
    """Have standard output take any text: what its encoding lacks is written as ``\\xe4``.

    A file on Windows, or ``PYTHONIOENCODING``, has one of a few letters; names of files have all.
    """
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors != "backslashreplace":
        utf8 = codecs.lookup(sys.stdout.encoding).name == "utf-8"
        if not utf8 or sys.stdout.errors == "strict":
            sys.stdout.reconfigure(errors="backslashreplace")


@contextmanager
def progress(quiet: bool = False) -> Iterator[None]:
    """Show progress reported in the block: bars on a terminal, lines elsewhere, none if quiet."""
    if quiet:
        yield
    elif sys.stderr.isatty():
        with _bars() as listener, listen(listener):
            yield
    else:
        with listen(_lines()):
            yield


def _lines() -> Listener:
    """A line at each tenth of long work, and none for short work."""
    tenths: dict[str, int] = {}

    def listener(what: str, done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if total >= 1000 or what.startswith("fitting"):
            if tenth > tenths.get(what, 0):
                say(f"{what}: {done} of {total}")
            tenths[what] = tenth

    return listener


@contextmanager
def _bars() -> Iterator[Listener]:
    from rich import progress as rich
    from rich.console import Console

    bars = rich.Progress(
        "{task.description}",
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        "{task.fields[rate]}",
        rich.TimeElapsedColumn(),
        "left",
        rich.TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    tasks: dict[str, Any] = {}

    def listener(what: str, done: int, total: int) -> None:
        if total < 50 and not what.startswith("fitting"):
            return  # a few faces take no time
        if what not in tasks or done < bars.tasks[tasks[what]].completed:
            tasks[what] = bars.add_task(what, total=total, rate="")
        speed = bars.tasks[tasks[what]].speed
        rate = f"{speed:.0f}/s" if speed and speed >= 1 else ""
        bars.update(tasks[what], completed=done, total=total, rate=rate)

    with bars:
        yield listener


def exit_on_user_error(command: Callable[P, None]) -> Callable[P, None]:
    """Decorate a command: a user's mistake ends it with one sentence and exit code 2.

    So does a file or folder that the system refuses. SIGTERM is taken as Ctrl-C, which lets
    joblib end its processes: 130. Output that nobody reads: 141, as in shells.
    """
    resumes = command.__module__.startswith("happysad.experiments")

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        any_text()
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            command(*args, **kwargs)
            if sys.stdout is not None:
                sys.stdout.flush()  # while an error in writing can still be reported
        except UserError as error:
            say(f"happysad: {error}")
            sys.exit(2)
        except BrokenPipeError:
            _discard_output()
            sys.exit(141)
        except OSError as error:
            what = error.filename or "its output"
            say(f"happysad: cannot use {what}: {(error.strerror or str(error)).lower()}")
            _discard_output()
            sys.exit(2)
        except KeyboardInterrupt:
            say("happysad: stopped" + ("; the same command goes on from here" if resumes else ""))
            sys.exit(130)
        finally:
            signal.signal(signal.SIGTERM, before or signal.SIG_DFL)

    return wrapped


def _discard_output() -> None:
    """Drop what could not be printed, or Python would try again as it exits."""
    with suppress(Exception):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
