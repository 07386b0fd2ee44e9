"""Processes that answer, one for each core."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from happysad.app.service import warm
from happysad.app.service.hands import Asked, Hand, Named, OwnHand
from happysad.app.service.pictures import PIXELS
from happysad.features.errors import UserError

if TYPE_CHECKING:
    from happysad.pipeline.image_answer import ImageAnswer


def hired(
    jobs: int, sources: Mapping[str, str], pixels: int = PIXELS, processes: bool = True
) -> list[Hand]:
    """As many hands as jobs, ready to answer; UserError where a model cannot be loaded."""
    if not processes:
        return [OwnHand(sources, pixels) for _ in range(jobs)]
    hands = [ProcessHand(sources, pixels) for _ in range(jobs)]
    try:
        for hand in hands:
            hand.ready()
    except BaseException:
        for hand in hands:
            hand.close()
        raise
    return [*hands]


class ProcessHand:
    """A process of its own: landmarks and Python hold the interpreter's lock a third of the time.

    If it dies, of an image that breaks a decoder or for want of memory, the next question starts
    another. Parameters as of `OwnHand`.
    """

    def __init__(self, sources: Mapping[str, str], pixels: int = PIXELS) -> None:
        self._sources, self._pixels = dict(sources), pixels
        self._closed = self._is_ready = False
        self._start()

    def ready(self) -> None:
        """Wait until its models are loaded; UserError where they cannot be."""
        if self._is_ready:
            return
        error = self._pipe.recv()
        if error is not None:
            raise error
        self._is_ready = True

    def answer(self, asked: Asked, images: Named) -> list[ImageAnswer]:
        """One answer per image.

        Raises
        ------
        ChildProcessError
            The process died over it.
        """
        try:
            self.ready()
            self._pipe.send((asked, [(name, data) for name, data in images]))  # no classes of ours
            answers = self._pipe.recv()
        except (EOFError, OSError):
            if not self._closed:
                self._pipe.close()
                self._is_ready = False
                self._start()
            raise ChildProcessError(f"answering {len(images)} images ended its process") from None
        if isinstance(answers, Exception):
            raise answers
        return list(answers)

    def close(self) -> None:
        """End the process, in the middle of its work if need be."""
        self._closed = True
        self._process.terminate()
        self._process.join()

    def _start(self) -> None:
        with _forked_from_a_warm_one(self._sources) as context:
            self._pipe, theirs = context.Pipe()
            own = (theirs, self._sources, self._pixels)
            self._process = context.Process(target=_work, args=own, daemon=True)
            self._process.start()
        theirs.close()


@contextmanager
def _forked_from_a_warm_one(sources: Mapping[str, str]) -> Iterator[Any]:
    """How to start processes; in the block, the environment is as they need it."""
    told = {
        warm.MODELS: json.dumps(dict(sources)),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        if not sys.platform.startswith("linux"):
            yield multiprocessing.get_context("spawn")
            return
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([warm.__name__])
        yield context
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _work(pipe: Connection, sources: dict[str, str], pixels: int) -> None:
    """Answer what comes through the pipe until its other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that serves
    with suppress(EOFError, OSError):
        pipe.send(_result_or_error(warm.prepare, sources))
        hand = OwnHand(sources, pixels)
        while True:
            pipe.send(_result_or_error(hand.answer, *pipe.recv()))


def _result_or_error(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except UserError as error:
        return error
    except Exception as error:  # its class may not unpickle on the other side
        return RuntimeError(f"{type(error).__name__}: {error}")
