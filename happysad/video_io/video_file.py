"""Clips read frame by frame with their times; what is no clip is one sentence."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.utils.errors import UserError
from happysad.video_io.file_checks import check_clip, why_unreadable

Pixels = NDArray[np.uint8]

USUAL_FPS = 25.0
FASTEST = 250.0
"""Frames a second: above it a container tells the ticks of its clock instead."""

LONGEST_PAUSE = 10.0
"""Seconds between two frames; more is a damaged clock."""


def quiet_opencv(files_only: bool = True) -> None:
    """Have OpenCV and FFmpeg keep to themselves what they think of a file; before the first clip.

    ``files_only``: FFmpeg opens nothing else; a playlist could name addresses.
    """
    os.environ["OPENCV_LOG_LEVEL"] = "OFF"
    os.environ["OPENCV_FFMPEG_LOGLEVEL"] = "-8"
    if files_only:
        os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "protocol_whitelist;file"
    import cv2

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # if imported before
    cv2.setNumThreads(1)


class Clip:
    """A video file that can be read.

    Parameters
    ----------
    path : str

    Attributes
    ----------
    fps : float
        Frames a second, on average.
    n_frames : int
        As the file says, which may be wrong; 0 where it does not say.

    Raises
    ------
    UserError
        It is missing, a folder, an image, an address, or no video that can be read.
    """

    def __init__(self, path: str) -> None:
        check_clip(path)
        quiet_opencv()
        self.path = path
        with _opened(path) as capture:
            self.fps, self.n_frames = _pace(capture)

    def frames(self) -> Iterator[tuple[float, Pixels]]:
        """Time in seconds from the first frame on, and pixels, (H, W, 3) RGB, upright.

        Where the times of the file make no sense, frames come at even intervals.

        Raises
        ------
        UserError
            There is not one.
        """
        import cv2

        clock = _Clock(1 / self.fps)
        with _opened(self.path) as capture:
            while True:
                there, pixels = capture.read()
                if not there:
                    break
                seconds = clock.tick(capture.get(cv2.CAP_PROP_POS_MSEC) / 1000)
                pixels = _squared(pixels, _aspect(capture))
                yield seconds, np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)
        if not clock.ticked:
            raise UserError(f"{self.path} is a video without a single whole frame")


class _Clock:
    """Times that grow from 0, whatever the file says."""

    def __init__(self, interval: float) -> None:
        self.ticked = False
        self._interval, self._last, self._now = interval, 0.0, 0.0
        self._odd = False

    def tick(self, said: float) -> float:
        """The time of the next frame, whose time is said to be so and so many seconds."""
        if not self.ticked:
            self.ticked, self._last = True, said
            return 0.0
        passed = said - self._last
        sane = math.isfinite(passed) and 0 < passed <= LONGEST_PAUSE
        self._now += passed if sane else self._interval
        # One odd time is a slip; after two in a row the file's clock starts anew.
        self._last = said if sane or self._odd else self._last + self._interval
        self._odd = not sane
        return self._now


@contextlib.contextmanager
def _opened(path: str) -> Iterator[Any]:
    import cv2

    capture = cv2.VideoCapture(path, cv2.CAP_FFMPEG)
    try:
        if not capture.isOpened():
            raise UserError(why_unreadable(path))
        capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)  # telephones film lying on their side
        yield capture
    finally:
        capture.release()


def _aspect(capture: Any) -> float:
    """Width of a pixel over its height: some films are stored squeezed."""
    import cv2

    across, down = (capture.get(p) for p in (cv2.CAP_PROP_SAR_NUM, cv2.CAP_PROP_SAR_DEN))
    return across / down if 0.2 * down < across < 5 * down else 1.0


def _squared(pixels: Any, aspect: float) -> Any:
    """A frame with square pixels."""
    if abs(aspect - 1) < 0.01:
        return pixels
    import cv2

    size = (max(1, round(pixels.shape[1] * aspect)), pixels.shape[0])
    return cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)


def _pace(capture: Any) -> tuple[float, int]:
    """Frames a second and their number, 0 where the file does not say."""
    import cv2

    fps, count = capture.get(cv2.CAP_PROP_FPS), capture.get(cv2.CAP_PROP_FRAME_COUNT)
    if 0 < fps <= FASTEST:
        return fps, int(count) if 0 < count < 1e9 else 0
    times: list[float] = []
    while len(times) < 60 and capture.grab():
        times.append(capture.get(cv2.CAP_PROP_POS_MSEC) / 1000)
    passed = np.diff(times)
    passed = passed[passed > 0]
    fps = 1 / float(np.median(passed)) if len(passed) else USUAL_FPS
    return (fps if fps <= FASTEST else USUAL_FPS), 0
