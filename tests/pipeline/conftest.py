"""Drawn pictures for the tests of reading data: no face is needed to read a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Draw = Callable[..., Path]


@pytest.fixture(scope="session")
def draw() -> Draw:
    """``draw(path, seed)`` writes a blotchy picture of its own for each seed and gives the path."""

    def write(path: Path, seed: int, size: int = 32, mode: str = "L", **options: object) -> Path:
        blotches = np.random.default_rng(seed).integers(0, 256, (8, 8), dtype=np.uint8)
        path.parent.mkdir(parents=True, exist_ok=True)
        image = Image.fromarray(blotches).resize((size, size), Image.Resampling.BICUBIC)
        image.convert(mode).save(path, **options)
        return path

    return write


@pytest.fixture
def folder(tmp_path: Path, draw: Draw) -> Path:
    """Class folders of 20 happy and 20 sad pictures."""
    for number in range(40):
        label = ("happy", "sad")[number % 2]
        draw(tmp_path / "faces" / label / f"{number:02d}.png", number)
    return tmp_path / "faces"
