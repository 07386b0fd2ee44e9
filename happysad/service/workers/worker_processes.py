"""Processes that answer, one for each core."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from happysad.service.workers import model_cache as warm
from happysad.service.workers.image_limits import PIXELS
from happysad.service.workers.worker import InProcessWorker, Named, PredictOptions, Worker
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from happysad.pipeline.prediction.prediction import ImagePrediction

_starting = threading.Lock()
"""Of who starts a process: meanwhile the environment is another."""


def start_workers(
    jobs: int, sources: Mapping[str, str], pixels: int = PIXELS, processes: bool = True
) -> list[Worker]:
    """As many hands as jobs, ready to answer; UserError where a model cannot be loaded."""
    if not processes:
        return [InProcessWorker(sources, pixels) for _ in range(jobs)]
    hands: list[WorkerProcess] = []
    try:
        for _ in range(jobs):
            hands.append(WorkerProcess(sources, pixels))
        for hand in hands:
            hand.ready()
    except BaseException:
        for hand in hands:
            hand.close()
        raise
    return [*hands]


class WorkerProcess:
    """A process of its own: landmarks and Python hold the interpreter's lock a third of the time.

    If it dies, of an image that breaks a decoder or for want of memory, the next question starts
    another. Parameters as of `InProcessWorker`.
    """

    def __init__(self, sources: Mapping[str, str], pixels: int = PIXELS) -> None:
        self._sources, self._pixels = dict(sources), pixels
        self._closed = self._is_ready = False
        self._start()

    def ready(self) -> None:
        """Wait until its models are loaded; UserError where they cannot be."""
        if self._is_ready:
            return
        if self._pipe.closed:
            self._start()
        try:
            error = self._pipe.recv()
        except (EOFError, OSError):
            error = _ended()
        if error is not None:
            self._pipe.close()
            told = f"the models cannot be loaded ({error})"
            raise error if isinstance(error, UserError) else UserError(told)
        self._is_ready = True

    def answer(self, asked: PredictOptions, images: Named) -> list[ImagePrediction]:
        """One answer per image.

        Raises
        ------
        ChildProcessError
            The process died over it, or cannot be started again.
        """
        try:
            self.ready()
        except UserError as error:  # whose fault is not the user who asks
            raise ChildProcessError(str(error)) from None
        try:
            self._pipe.send((asked, [(name, data) for name, data in images]))  # no classes of ours
            answers = self._pipe.recv()
        except (EOFError, OSError):
            self._pipe.close()
            self._is_ready = False
            raise ChildProcessError(f"answering {len(images)} images ended its process") from None
        if isinstance(answers, Exception):
            raise answers
        return list(answers)

    def close(self) -> None:
        """End the process, in the middle of its work if need be."""
        with _starting:
            self._closed = True
        self._process.terminate()
        self._process.join()

    def _start(self) -> None:
        with _forked_from_a_warm_one(self._sources) as context:
            if self._closed:
                raise UserError("the service is ending")
            pipe, theirs = context.Pipe()
            own = (theirs, self._sources, self._pixels)
            process = context.Process(target=_work, args=own, daemon=True)
            try:
                process.start()
            except (EOFError, OSError):  # the one to fork from died
                pipe.close()
                raise _ended() from None
            finally:
                theirs.close()
            self._pipe, self._process = pipe, process


def _ended() -> UserError:
    return UserError(
        "a process ended while it loaded the models: is there memory enough for so many --jobs?"
    )


@contextmanager
def _forked_from_a_warm_one(sources: Mapping[str, str]) -> Iterator[Any]:
    """How to start processes; in the block, which has one thread at a time, the environment is
    as they need it."""
    with _starting, _environment(sources):
        if not sys.platform.startswith("linux"):
            yield multiprocessing.get_context("spawn")
            return
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([warm.__name__])
        yield context


@contextmanager
def _environment(sources: Mapping[str, str]) -> Iterator[None]:
    told = {
        warm.MODELS: json.dumps(dict(sources)),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _work(pipe: Connection, sources: dict[str, str], pixels: int) -> None:
    """Load models and tell; answer what comes through the pipe until its other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that serves
    with suppress(EOFError, OSError):
        error = _result_or_error(warm.prepare, sources)
        pipe.send(error)
        if error is not None:
            return
        hand = InProcessWorker(sources, pixels)
        while True:
            pipe.send(_result_or_error(hand.answer, *pipe.recv()))


def _result_or_error(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except UserError as error:
        return error
    except Exception as error:  # its class may not unpickle on the other side
        return RuntimeError(f"{type(error).__name__}: {error}")
