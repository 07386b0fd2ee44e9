"""Errors of one sentence for files that are no video, or cannot be read as one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from happysad.utils.errors import UserError
from happysad.utils.image_files import is_image_name, looks_like_heic


def check_video(path: str) -> None:
    """UserError where there is no file that may be a video."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", path):
        raise UserError(f"{path} is an address: download the video and give its file")
    file = Path(path)
    if os.path.isdir(file):
        raise UserError(f"{path} is a folder: give one video file")
    try:
        with file.open("rb") as opened:
            start = opened.read(12)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise UserError(f"cannot read the video {path}: {reason}") from None
    if not start:
        raise UserError(f"cannot read the video {path}: the file is empty")
    if looks_like_heic(start) or _is_image(file):
        raise UserError(f"{path} is an image, no video: say happysad predict {path}")
    if file.suffix.lower() == ".webp":
        raise UserError(f"cannot read {path}: moving WebP is not read; turn it into mp4 or gif")
    if is_image_name(file) and file.suffix.lower() != ".gif":  # OpenCV takes it for one of many
        raise UserError(f"cannot read {path}: it is named as an image and is none; give a video")


def why_unreadable(path: str) -> str:
    """The sentence for a file that no decoder opens."""
    with Path(path).open("rb") as file:
        boxes = list(_boxes(file))
    if "ftyp" in boxes[:1] and "moov" not in boxes:
        return (
            f"cannot read the video {path}: it was cut off, and its index, which this kind of "
            "file has at its end, is missing; copy or record it again"
        )
    return f"cannot read the video {path}: it is no video, empty, damaged or of an unknown kind"


def _is_image(file: Path) -> bool:
    """A still one: a GIF may move."""
    try:
        with Image.open(file) as image:
            return not getattr(image, "is_animated", False)
    except Image.DecompressionBombError:
        return True
    except (OSError, ValueError, SyntaxError):
        return False


def _boxes(file: BinaryIO) -> Iterator[str]:
    """The names of the outermost boxes of an MP4 file (ISO/IEC 14496-12), as far as it goes."""
    while len(head := file.read(8)) == 8:
        size = int.from_bytes(head[:4], "big")
        yield head[4:].decode("latin-1")
        skip = size - 8
        if size == 1:  # a large box: its size follows in 8 bytes
            skip = int.from_bytes(file.read(8), "big") - 16
        if skip < 0:  # 0: to the end of the file; other small numbers: no box
            return
        file.seek(skip, 1)
