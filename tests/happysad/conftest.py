"""Clips of built-in faces."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from happysad.pipeline.demo.demo_clips import Actor


@pytest.fixture(scope="session")
def draw() -> Callable[..., Path]:
    """``draw(path, actors, n_frames, size)``: write a clip of moving faces; give its path."""
    import cv2

    from happysad.pipeline.demo.demo_clips import draw_clip

    def write(
        path: Path,
        actors: Iterable[Actor] = (),
        n_frames: int = 10,
        size: tuple[int, int] = (320, 240),
        codec: str = "mp4v",
    ) -> Path:
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), 25.0, size)
        for frame in draw_clip(*size, n_frames, list(actors)):
            writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
        writer.release()
        return path

    return write


@pytest.fixture(scope="session")
def clip(draw: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten frames of a happy face, 320x240, a moment of an empty room before and after it."""
    from happysad.pipeline.demo.demo_clips import Actor

    path = tmp_path_factory.mktemp("clips") / "one.mp4"
    return draw(path, [Actor(side=130, there=(0.15, 0.8))])
