"""Faces, textures and drawn landmarks shared by the tests of the features."""

from __future__ import annotations

import importlib.util
import pkgutil
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

import happysad.features
from happysad.features.base import FaceFeature
from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.face_batch import Faces

Image = NDArray[np.uint8]
Turn = Callable[..., Image]
Mirror = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def turned(image: Image, degrees: float = 0.0, scale: float = 1.0) -> Image:
    """The picture turned about its middle and scaled, on a canvas of the same size."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    return cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)


@pytest.fixture(scope="session")
def turn() -> Turn:
    return turned


@pytest.fixture(scope="session")
def astronaut() -> Image:
    """A photograph of one face, (260, 260, 3) RGB; scikit-image ships it."""
    photo = np.ascontiguousarray(data.astronaut()[:260, 90:350])
    photo.setflags(write=False)  # no test may change it for the next
    return photo


@pytest.fixture(scope="session")
def tiny(astronaut: Image) -> Image:
    """Her face as a tight grey crop of 48 x 48 pixels, like those of FER2013."""
    gray = cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)[70:190, 70:190]
    return cv2.resize(gray, (48, 48), interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="session")
def faces(astronaut: Image, tiny: Image) -> Faces:
    """Four different crops of one face, with landmarks and keys."""
    mirrored = astronaut[:, ::-1]
    found = FaceAligner().transform([astronaut, turned(astronaut, 20), mirrored, tiny])
    for field in fields(found):
        getattr(found, field.name).setflags(write=False)
    keys = np.array([f"{i:064x}" for i in range(len(found))])
    return Faces(found.crops, found.landmarks, found.boxes, found.scores, found.status, keys)


@pytest.fixture(scope="session")
def textures() -> Image:
    """Six 96 x 96 pieces of scikit-image's photographs: skin, cloth, grass, bricks ..."""
    gray = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY)
    camera = data.camera()
    pieces = [
        gray[60:156, 180:276],
        gray[300:396, 100:196],
        camera[100:196, 200:296],
        camera[300:396, 50:146],
        data.grass()[:96, :96],
        data.brick()[:96, :96],
    ]
    return np.stack(pieces)


@pytest.fixture(scope="session")
def as_faces() -> Callable[..., Faces]:
    """``as_faces(crops, landmarks)``: detected faces of given crops and landmarks."""

    def build(crops: Image, landmarks: NDArray[np.float64] | None = None) -> Faces:
        n = len(crops)
        if landmarks is None:
            landmarks = np.full((n, 68, 2), np.nan)
        return Faces(
            crops,
            landmarks.astype(np.float32),
            np.tile(np.array([0, 0, 96, 96], np.int32), (n, 1)),
            np.ones(n, np.float32),
            np.full(n, "detected", "<U10"),
            np.full(n, "", "<U64"),
        )

    return build


@pytest.fixture(scope="session")
def same_faces() -> Callable[[Faces, Faces], None]:
    """Asserts that two batches are equal in all but their keys."""

    def check(one: Faces, other: Faces) -> None:
        for name in ("crops", "landmarks", "boxes", "scores", "status"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name), name)

    return check


MIRRORED = np.array(
    [*range(16, -1, -1), *range(26, 16, -1), 27, 28, 29, 30, 35, 34, 33, 32, 31]
    + [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]
    + [54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65]
)


@pytest.fixture(scope="session")
def mirror() -> Mirror:
    """Mirrors landmarks (n, 68, 2): other side of the picture, other side's numbers."""

    def mirrored(landmarks: NDArray[np.float64]) -> NDArray[np.float64]:
        return landmarks[:, MIRRORED] * [-1, 1]

    return mirrored


@pytest.fixture(scope="session")
def drawn() -> NDArray[np.float64]:
    """A drawn face's landmarks (68, 2): the same on both sides, eyes 40 apart around (0, 0)."""
    half = np.linspace(-np.pi / 2, 0, 9)
    jaw = np.column_stack([45 * np.sin(half), 20 + 60 * np.cos(half)])[:9]
    brow = np.column_stack([np.linspace(-36, -8, 5), [-12, -16, -18, -17, -14]])
    eye = np.array([[-28, 0], [-23, -4], [-17, -4], [-12, 0], [-17, 4], [-23, 4]])
    points = np.zeros((68, 2))
    points[0:9], points[17:22], points[36:42] = jaw, brow, eye
    points[27:31] = [[0, 0], [0, 8], [0, 16], [0, 24]]
    points[31:34] = [[-8, 28], [-4, 30], [0, 31]]
    points[48:52] = [[-20, 48], [-13, 44], [-5, 42], [0, 43]]
    points[57:60] = [[0, 56], [-6, 56], [-14, 53]]
    points[60:63], points[66:68] = [[-17, 48], [-6, 46], [0, 46]], [[0, 51], [-6, 51]]
    right = [*range(9, 17), *range(22, 27), 34, 35, *range(42, 48), 52, 53, 54, 55, 56, 63, 64, 65]
    points[right] = points[MIRRORED][right] * [-1, 1]
    return points


@pytest.fixture(scope="session")
def golden_script() -> ModuleType:
    """``make_golden.py``, which no test can import by name."""
    path = Path(__file__).with_name("make_golden.py")
    spec = importlib.util.spec_from_file_location("make_golden", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def extractor_classes() -> set[type[FaceFeature]]:
    """Every extractor there is in ``happysad.features``, whoever wrote it."""
    for module in pkgutil.iter_modules(happysad.features.__path__):
        importlib.import_module(f"happysad.features.{module.name}")
    found, seen = [FaceFeature], set()
    while found:
        for kind in found.pop().__subclasses__():
            found.append(kind)
            if kind.__module__.startswith("happysad.features."):
                seen.add(kind)
    return seen
