"""How many frames a second does ``happysad video`` answer on one core, and where does it go?

A clip of a built-in face that walks through a drawn room, in two sizes; the command as a user
runs it, with reading, drawing and writing, once over a single frame and once over all. The
difference is what frames cost, and the rest is the start.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click
import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from happysad.experiments.benchmarks.stage_timing import StageTimer
from happysad.experiments.end_to_end.service_process import HAPPYSAD, available_cores, pinned
from happysad.pipeline.demo.demo_clips import Actor, draw_clip, write_clip
from happysad.pipeline.model_files.shipped import DEFAULT
from happysad.pipeline.prediction.predict import load_any
from happysad.pipeline.tracking import observation, tracker
from happysad.utils.console import exit_on_user_error, say

Size = tuple[int, int]

FPS = 25
REQUIRED = {(640, 360): 25.0, (1280, 720): 15.0}  # frames a second promised, by width and height


def frames_per_second(size: Size, model: str, n_frames: int, folder: Path) -> dict[str, float]:
    """Frames a second and seconds to start, of the command over a drawn clip."""
    seconds = {n: _seconds(draw_file(folder / f"{n}.mp4", size, n), model) for n in (1, n_frames)}
    rate = (n_frames - 1) / (seconds[n_frames] - seconds[1])
    return {"frames/s": rate, "start s": seconds[1]}


def stages(size: Size, model: str, n_frames: int) -> dict[str, float]:
    """CPU milliseconds a frame that the tracker takes, by stage, without reading and writing."""
    face_tracker = tracker.FaceTracker(load_any(model))
    frames = list(drawn_frames(size, n_frames))
    face_tracker.update(frames[0], 0.0)  # loads weights
    timer = StageTimer("")
    functions = (
        (observation.FaceSearch, "find", "find faces"),
        (observation.Frame, "observe", "landmarks and crop"),
        (tracker, "predict_p_happy", "predict"),
        (face_tracker, "update", "follow"),
    )
    with timer.patched(*functions):
        for i, frame in enumerate(frames):
            face_tracker.update(frame, (i + 1) / FPS)
    return {f"{stage} ms": 1000 * timer.spent[stage] / n_frames for *_, stage in functions}


def drawn_frames(size: Size, n_frames: int) -> Iterator[NDArray[np.uint8]]:
    """A face four tenths as high as the picture, walking, happy and then sad."""
    moods = ((0.0, "happy"), (0.5, "sad"))
    actor = Actor((0.3, 0.45), (0.7, 0.55), round(0.4 * size[1]), moods)
    return draw_clip(*size, n_frames, [actor])


def draw_file(path: Path, size: Size, n_frames: int) -> Path:
    """The frames as a video file."""
    return write_clip(path, drawn_frames(size, n_frames), size, FPS)


def _seconds(clip: Path, model: str) -> float:
    """Of the command from its start to its end."""
    options = ["--model", model, "--out", str(clip.with_suffix("")), "--quiet"]
    begin = time.perf_counter()
    subprocess.run([*HAPPYSAD, "video", str(clip), *options], check=True)
    return time.perf_counter() - begin


@click.command(name="video_speed")
@click.option("--model", default=DEFAULT, show_default=True, help="Shipped model or file.")
@click.option("--frames", type=click.IntRange(2), default=250, show_default=True)
@exit_on_user_error
def main(model: str, frames: int) -> None:
    """Measure frames a second of happysad video on one core."""
    cv2.setNumThreads(1)
    rows = {}
    # One thread, as the command has it: more threads on one core wait for each other.
    with pinned(available_cores()[-1:]), threadpool_limits(1):
        for size, required in REQUIRED.items():
            say(f"measuring {size[0]}x{size[1]}")
            with tempfile.TemporaryDirectory() as folder:
                measured = frames_per_second(size, model, frames, Path(folder))
            row = {"required/s": required, **measured, **stages(size, model, frames)}
            rows[f"{size[0]}x{size[1]}"] = row
    print(pd.DataFrame(rows).T.to_string(float_format="{:.1f}".format))


if __name__ == "__main__":
    main()
