"""Frames written to a video file, each for as long as it was seen."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CODECS = {"mp4": "mp4v", "avi": "MJPG", "mkv": "mp4v", "webm": "VP80"}
"""Suffix to the codec that every wheel of OpenCV can write."""


class ClipWriter:
    """Writes frames to a video file of even intervals, each for as long as it was seen.

    Parameters
    ----------
    path : Path
        Its suffix is one of ``CODECS``.
    fps : float

    Raises
    ------
    UserError
        The file cannot be written; at the first frame.
    """

    def __init__(self, path: Path, fps: float) -> None:
        self.path, self.fps = path, fps
        self._writer: Any = None
        self._size = (0, 0)
        self._written = 0

    def write(self, seconds: float, image: NDArray[np.uint8]) -> None:
        """Add a frame, (H, W, 3) RGB, of a time; one more row or column than even is cut off."""
        import cv2

        if self._writer is None:
            self._open(image.shape[1], image.shape[0])
        pixels = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
        if pixels.shape[1::-1] != self._size:  # a file may change its mind; the writer would not
            pixels = cv2.resize(pixels, self._size)
        while self._written <= round(seconds * self.fps):
            self._writer.write(pixels)
            self._written += 1

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.release()

    def _open(self, width: int, height: int) -> None:
        import cv2

        code = cv2.VideoWriter.fourcc(*CODECS[self.path.suffix[1:]])
        self._size = width, height
        with _no_chatter():
            self._writer = cv2.VideoWriter(
                str(self.path), cv2.CAP_FFMPEG, code, self.fps, self._size
            )
        if not self._writer.isOpened():
            raise UserError(
                f"this OpenCV cannot write {self.path.suffix[1:]} videos of {width}x{height}: "
                "try another --format, or --no-video"
            )


@contextlib.contextmanager
def _no_chatter() -> Iterator[None]:
    """OpenCV prints some of it straight to the process's standard error."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
