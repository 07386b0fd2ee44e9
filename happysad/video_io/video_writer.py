"""Video files written frame by frame by OpenCV, and given sound by ffmpeg."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Suffix to the codec that every wheel of OpenCV can write.
CODECS = {"mp4": "mp4v", "avi": "MJPG", "mkv": "mp4v", "webm": "VP80"}


class VideoWriter:
    """Writes frames to a video of constant rate, each repeated until the time of the next.

    Parameters
    ----------
    path : Path
        Its suffix is one of ``CODECS``.
    fps : float

    Raises
    ------
    UserError
        The file cannot be written; at the first frame.

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
    ...     len(list(VideoReader(str(path)).frames()))
    3
    """

    def __init__(self, path: Path, fps: float) -> None:
        self.path, self.fps = path, fps
        self._writer: Any = None
        self._size = (0, 0)
        self._written = 0

    def write(self, seconds: float, image: NDArray[np.uint8]) -> None:
        """Add a frame, (H, W, 3) uint8 RGB, shown at ``seconds``; odd sizes are cut to even."""
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
        path = str(self.path)
        with _silenced_stderr():
            self._writer = cv2.VideoWriter(path, cv2.CAP_FFMPEG, code, self.fps, self._size)
        if not self._writer.isOpened():
            raise UserError(
                f"this OpenCV cannot write {self.path.suffix[1:]} videos of {width}x{height}: "
                "try another --format, or --no-video"
            )


@contextlib.contextmanager
def _silenced_stderr() -> Iterator[None]:
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


def add_sound(silent: Path, source: str) -> bool | None:
    """Copy the sound of ``source``, if it has any, into a video file without: OpenCV reads none.

    None where ffmpeg is not installed, False where the file's kind cannot hold the sound.
    """
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        return None
    both = silent.with_name(f"{silent.stem}-sound{silent.suffix}")
    command = [
        ffmpeg, "-nostdin", "-v", "quiet", "-y", "-i", f"file:{silent}",
        "-protocol_whitelist", "file", "-i", f"file:{source}",
        "-map", "0:v", "-map", "1:a?", "-c", "copy", f"file:{both}",
    ]  # fmt: skip
    try:
        success = subprocess.run(command, capture_output=True).returncode == 0
        if success:
            os.replace(both, silent)
        return success
    finally:
        both.unlink(missing_ok=True)
