"""Videos read frame by frame with their times."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from happysad.utils.errors import UserError
from happysad.video_io.file_checks import check_video, why_unreadable

Pixels = NDArray[np.uint8]

USUAL_FPS = 25.0
FASTEST = 250.0  # frames a second: above it a container tells the ticks of its clock instead


def quiet_opencv() -> None:
    """Silence OpenCV and FFmpeg, which opens files only: a playlist could name addresses."""
    os.environ["OPENCV_LOG_LEVEL"] = "OFF"
    os.environ["OPENCV_FFMPEG_LOGLEVEL"] = "-8"
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "protocol_whitelist;file"
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # if imported before
    cv2.setNumThreads(1)


class VideoReader:
    """A video file, read frame by frame by OpenCV.

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

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from happysad.video_io import VideoReader, VideoWriter
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "black.avi"
    ...     writer = VideoWriter(path, fps=25.0)
    ...     for i in range(3):
    ...         writer.write(i / 25, np.zeros((48, 64, 3), np.uint8))
    ...     writer.close()
    ...     for seconds, frame in VideoReader(str(path)).frames():
    ...         print(seconds, frame.shape)
    0.0 (48, 64, 3)
    0.04 (48, 64, 3)
    0.08 (48, 64, 3)
    """

    def __init__(self, path: str) -> None:
        check_video(path)
        quiet_opencv()
        self.path = path
        with _opened(path) as capture:
            self.fps, self.n_frames = _frame_rate(capture)

    def frames(self) -> Iterator[tuple[float, Pixels]]:
        """Time in seconds from the first frame on, and pixels, (H, W, 3) uint8 RGB, upright.

        Where the times of the file make no sense, frames are taken as evenly spaced.

        Raises
        ------
        UserError
            There is no whole frame.
        """
        clock = _Clock(1 / self.fps)
        with _opened(self.path) as capture:
            while True:
                success, frame = capture.read()
                if not success:
                    break
                seconds = clock.tick(capture.get(cv2.CAP_PROP_POS_MSEC) / 1000)
                frame = _square_pixels(frame, capture)
                yield seconds, np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), np.uint8)
        if not clock.ticked:
            raise UserError(f"{self.path} is a video without a single whole frame")


class _Clock:
    """Times that grow from 0, whatever the file says."""

    def __init__(self, interval: float) -> None:
        self.ticked = False
        self._interval, self._last, self._now = interval, 0.0, 0.0
        self._odd = False

    def tick(self, timestamp: float) -> float:
        """The time of the next frame, to which the file gives this timestamp, in seconds."""
        if not self.ticked:
            self.ticked, self._last = True, timestamp
            return 0.0
        passed = timestamp - self._last
        sane = math.isfinite(passed) and 0 < passed <= 10.0  # a longer pause is a damaged clock
        self._now += passed if sane else self._interval
        # One odd time is a slip; after two in a row the file's clock starts anew.
        self._last = timestamp if sane or self._odd else self._last + self._interval
        self._odd = not sane
        return self._now


@contextlib.contextmanager
def _opened(path: str) -> Iterator[Any]:
    capture = cv2.VideoCapture(path, cv2.CAP_FFMPEG)
    try:
        if not capture.isOpened():
            raise UserError(why_unreadable(path))
        capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)  # telephones film lying on their side
        yield capture
    finally:
        capture.release()


def _square_pixels(frame: Any, capture: Any) -> Any:
    """A frame as wide as it is to be shown: some films are stored squeezed."""
    across, down = (capture.get(p) for p in (cv2.CAP_PROP_SAR_NUM, cv2.CAP_PROP_SAR_DEN))
    aspect = across / down if 0.2 * down < across < 5 * down else 1.0
    if abs(aspect - 1) < 0.01:
        return frame
    size = (max(1, round(frame.shape[1] * aspect)), frame.shape[0])
    return cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR)


def _frame_rate(capture: Any) -> tuple[float, int]:
    """Frames a second and their number, 0 where the file does not say."""
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
