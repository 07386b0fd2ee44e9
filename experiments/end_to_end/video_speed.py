"""How many frames a second does ``happysad video`` answer on one core, and where does it go?

A clip of a built-in face that walks through a drawn room, in two sizes; the command as a user
runs it, with reading, drawing and writing, once over a single frame and once over all. The
difference is what frames cost, and the rest is the start.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from happysad.experiments.end_to_end.service_process import HAPPYSAD
from happysad.pipeline.model_files.shipped import DEFAULT
from happysad.utils.console import exit_on_user_error, say

SIZES = ((640, 360), (1280, 720))
FPS = 25
LEAST = {(640, 360): 25, (1280, 720): 15}
"""Frames a second that are promised."""

FIND, DESCRIBE, ASK, REST = "find faces", "landmarks and crop", "ask the model", "follow"


def speed(size: tuple[int, int], model: str, n_frames: int, folder: Path) -> dict[str, float]:
    """Frames a second and seconds to start, of the command over a drawn clip."""
    long, short = (draw_file(folder / f"{n}.mp4", size, n) for n in (n_frames, 1))
    start = _seconds(short, model, folder)
    frames = _seconds(long, model, folder) - start
    return {"frames/s": (n_frames - 1) / frames, "start s": start}


def stages(size: tuple[int, int], model: str, n_frames: int) -> dict[str, float]:
    """Milliseconds a frame that following a face costs, by stage, without reading and writing."""
    from happysad.experiments.benchmarks.stage_timer import StageTimer
    from happysad.pipeline.demo.demo_clips import draw_clip
    from happysad.pipeline.prediction.load_any import load_any
    from happysad.pipeline.tracking.tracker import FaceTracker

    tracker = FaceTracker(load_any(model))
    frames = list(draw_clip(*size, n_frames, [actor(size)]))
    tracker.update(frames[0], 0.0)  # loads weights
    watch = StageTimer("")
    with _watched(watch):
        for i, frame in enumerate(frames):
            with watch.stage(REST):
                tracker.update(frame, (i + 1) / FPS)
    return {name: 1000 * watch.spent[name] / n_frames for name in (FIND, DESCRIBE, ASK, REST)}


def actor(size: tuple[int, int]) -> Any:
    """Who is seen: a face four tenths as high as the picture, walking, happy and then sad."""
    from happysad.pipeline.demo.demo_clips import Actor

    moods = ((0.0, "happy"), (0.5, "sad"))
    return Actor((0.3, 0.45), (0.7, 0.55), round(0.4 * size[1]), moods)


def draw_file(path: Path, size: tuple[int, int], n_frames: int) -> Path:
    """The clip as a file."""
    from happysad.pipeline.demo.demo_clips import draw_clip, write_clip

    return write_clip(path, draw_clip(*size, n_frames, [actor(size)]), size, FPS)


def _seconds(clip: Path, model: str, folder: Path) -> float:
    """Of the command from its start to its end."""
    asked = ["video", str(clip), "--model", model, "--out", str(folder / "out"), "--quiet"]
    begin = time.perf_counter()
    subprocess.run([*HAPPYSAD, *asked], check=True)
    return time.perf_counter() - begin


@contextmanager
def _watched(watch: Any) -> Iterator[None]:
    """The watch held to what a tracker calls."""
    from happysad.experiments.benchmarks.stage_timer import put
    from happysad.pipeline.tracking import association as face_search
    from happysad.pipeline.tracking import observation as sight
    from happysad.pipeline.tracking import tracker as face_track

    pieces = [
        (face_search.FaceAssociation, "faces", FIND),
        (sight.Frame, "sight", DESCRIBE),
        (face_track, "predict_p_happy", ASK),
    ]
    with ExitStack() as stack:
        for owner, name, stage in pieces:
            held = watch.held_to(stage, getattr(owner, name))
            stack.enter_context(put(owner, name, held))
        yield


def _one_core() -> None:
    """Stay on one core, and what is started from here too, where the system knows of that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The rows as a table."""
    names = list(rows[0])
    cells = [
        [value if isinstance(value, str) else f"{value:.1f}" for value in row.values()]
        for row in rows
    ]
    widths = [max(len(row[i]) for row in [names, *cells]) for i in range(len(names))]
    return [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in [names, *cells]
    ]


@click.command(name="video_speed")
@click.option("--model", default=DEFAULT, show_default=True, help="Shipped model or file.")
@click.option("--frames", type=click.IntRange(2), default=250, show_default=True)
@exit_on_user_error
def main(model: str, frames: int) -> None:
    """Measure frames a second of happysad video on one core."""
    import cv2
    from threadpoolctl import threadpool_limits

    _one_core()
    cv2.setNumThreads(1)
    threadpool_limits(1)  # as the command does; more threads on one core wait for each other
    rows: list[dict[str, Any]] = []
    for size in SIZES:
        say(f"measuring {size[0]}x{size[1]}")
        with tempfile.TemporaryDirectory() as folder:
            measured = speed(size, model, frames, Path(folder))
        row = {"size": f"{size[0]}x{size[1]}", "promised/s": float(LEAST[size]), **measured}
        spent = stages(size, model, frames)
        rows.append(row | {f"{name} ms": value for name, value in spent.items()})
    print(*lines(rows), sep="\n")


if __name__ == "__main__":
    main()
