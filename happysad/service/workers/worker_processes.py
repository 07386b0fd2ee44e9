"""Workers in processes of their own, one for each core."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

from happysad.service.workers import model_cache
from happysad.service.workers.limits import Limits
from happysad.service.workers.worker import InProcessWorker, NamedImages, PredictOptions, Worker
from happysad.utils.errors import UserError

_starting = threading.Lock()  # held while a process starts: the environment is changed for it

DIED_LOADING = (
    "a process ended while it loaded the models: is there memory enough for so many --jobs?"
)


def start_workers(
    jobs: int, sources: Mapping[str, str], pixels: int = Limits.pixels, processes: bool = True
) -> list[Worker]:
    """As many workers as jobs, with their models loaded; UserError where one cannot be."""
    if not processes:
        return [InProcessWorker(sources, pixels) for _ in range(jobs)]
    with ExitStack() as stack:
        workers = [
            stack.enter_context(closing(WorkerProcess(sources, pixels))) for _ in range(jobs)
        ]
        for worker in workers:
            worker.wait_until_ready()
        stack.pop_all()
    return [*workers]


class WorkerProcess:
    """A process of its own: landmarks and Python hold the interpreter's lock a third of the time.

    If it dies, of an image that breaks a decoder or for want of memory, the next call starts
    another.
    """

    def __init__(self, sources: Mapping[str, str], pixels: int = Limits.pixels) -> None:
        self._sources, self._pixels = dict(sources), pixels
        self._closed = self._is_ready = False
        self._start()

    def wait_until_ready(self) -> None:
        """Wait until its models are loaded; UserError where they cannot be."""
        if self._is_ready:
            return
        if self._pipe.closed:
            self._start()
        try:
            error = self._pipe.recv()
        except (EOFError, OSError):
            error = UserError(DIED_LOADING)
        if error is not None:
            self._pipe.close()
            if not isinstance(error, UserError):
                error = UserError(f"the models cannot be loaded ({error})")
            raise error
        self._is_ready = True

    def predict(self, options: PredictOptions, images: NamedImages) -> list[Any]:
        """One prediction per image; ChildProcessError if the process dies or cannot be started."""
        try:
            self.wait_until_ready()
        except UserError as error:  # not a mistake of the client
            raise ChildProcessError(str(error)) from None
        try:
            self._pipe.send((options, [(name, data) for name, data in images]))  # plain tuples
            result = self._pipe.recv()
        except (EOFError, OSError):
            self._pipe.close()
            self._is_ready = False
            raise ChildProcessError(f"predicting {len(images)} images ended its process") from None
        if isinstance(result, Exception):
            raise result
        return list(result)

    def close(self) -> None:
        """End the process, in the middle of its work if need be."""
        with _starting:
            self._closed = True
        self._process.terminate()
        self._process.join()

    def _start(self) -> None:
        with _starting, _environment(self._sources):
            if self._closed:
                raise UserError("the service is ending")
            context = _context()
            pipe, theirs = context.Pipe()
            own = (theirs, self._sources, self._pixels)
            process = context.Process(target=_work, args=own, daemon=True)
            try:
                process.start()
            except (EOFError, OSError):  # the one to fork from died
                pipe.close()
                raise UserError(DIED_LOADING) from None
            finally:
                theirs.close()
            self._pipe, self._process = pipe, process


def _context() -> Any:
    if not sys.platform.startswith("linux"):
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([model_cache.__name__])
    return context


@contextmanager
def _environment(sources: Mapping[str, str]) -> Iterator[None]:
    """In the block the environment is that of the process to fork from."""
    changes = {
        model_cache.MODELS: json.dumps(dict(sources)),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _work(pipe: Connection, sources: dict[str, str], pixels: int) -> None:
    """Load models and report; predict what comes through the pipe until its other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that serves
    with suppress(EOFError, OSError):
        error = _result_or_error(model_cache.preload, sources)
        pipe.send(error)
        if error is not None:
            return
        worker = InProcessWorker(sources, pixels)
        while True:
            pipe.send(_result_or_error(worker.predict, *pipe.recv()))


def _result_or_error(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except UserError as error:
        return error
    except Exception as error:  # its class may not unpickle on the other side
        return RuntimeError(f"{type(error).__name__}: {error}")
