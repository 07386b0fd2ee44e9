"""Drawn pictures for the tests of reading data: no face is needed to read a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from happysad.features.faces.face_batch import Faces

Draw = Callable[..., Path]
Mouths = Callable[..., tuple[Faces, NDArray[np.str_]]]


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


def drawn_mouths(
    n: int, seed: int = 0, size: int = 32, color: bool = False
) -> tuple[Faces, NDArray[np.str_]]:
    """A mouth on a noisy ground: corners up is happy, corners down is sad."""
    rng = np.random.default_rng(seed)
    crops = rng.integers(60, 140, (n, size, size, 3) if color else (n, size, size))
    crops = crops.astype(np.uint8)
    labels = np.where(np.arange(n) % 3 == 0, "sad", "happy")
    x = np.arange(6, size - 6)
    bend = ((x - size / 2) / (size / 2 - 6)) ** 2 * 8
    for crop, label, shift in zip(crops, labels, rng.integers(-2, 3, n), strict=True):
        y = size // 2 + shift + (4 - bend if label == "happy" else bend - 4).round().astype(int)
        for thick in range(3):
            crop[y + thick, x] = (250, 90, 90) if color else 250
    faces = Faces(
        crops,
        np.full((n, 68, 2), np.nan, np.float32),
        np.tile(np.array([[0, 0, size, size]], np.int32), (n, 1)),
        np.full(n, np.nan, np.float32),
        np.full(n, "full_frame"),
        np.full(n, ""),
    )
    return faces, labels


@pytest.fixture(scope="session")
def mouths() -> Mouths:
    """``mouths(n, seed, size, color)``: drawn faces that a CNN learns in seconds, and labels."""
    return drawn_mouths


@pytest.fixture(scope="session")
def cnn_model() -> Any:
    """A fitted ``cnn-small``, tiny and hardly trained, from images to labels."""
    pytest.importorskip("torch")
    pytest.importorskip("skorch")
    from happysad.pipeline.demo.demo_faces import make_demo_faces
    from happysad.pipeline.models.registry import make_model

    images, labels = make_demo_faces(24, random_state=5)
    model = make_model("cnn-small", random_state=0)
    model.set_params(classifier__input_size=16, classifier__epochs=3, classifier__batch_size=8)
    return model.set_params(classifier__n_threads=1).fit(list(images), labels)
