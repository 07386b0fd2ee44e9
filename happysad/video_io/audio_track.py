"""The sound of a clip, which OpenCV does not read, copied by ffmpeg where that is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


def add_sound(silent: Path, source: str) -> bool | None:
    """Put the sound of ``source``, if it has any, into a video file without.

    The file stays as it is where there is no ffmpeg, or where the sound does not go into its
    kind of file.

    Returns
    -------
    bool or None
        Whether ffmpeg was content; None where it is not installed. A source without sound is
        no reason not to be.
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
        done = subprocess.run(command, capture_output=True)
        if done.returncode == 0:
            os.replace(both, silent)
        return done.returncode == 0
    finally:
        both.unlink(missing_ok=True)
