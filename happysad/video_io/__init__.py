"""Videos read and written frame by frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.video_io.video_file import VideoReader
    from happysad.video_io.video_writer import VideoWriter

__all__ = ["VideoReader", "VideoWriter"]

__getattr__ = lazy_names(__name__, {"VideoReader": "video_file", "VideoWriter": "video_writer"})
