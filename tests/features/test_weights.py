import hashlib
import os
import subprocess
import sys
from types import SimpleNamespace

import dlib
import numpy as np
import pytest

from happysad.features import weights
from happysad.features.errors import UserError

find = weights.find_weights.__wrapped__  # without the cache


@pytest.fixture
def package(tmp_path, monkeypatch):
    """The package of weights is looked for in a folder of the test's own."""
    (tmp_path / "models").mkdir()
    spec = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda name: spec)
    return tmp_path / "models"


@pytest.mark.parametrize("name", weights.WEIGHTS)
def test_the_installed_weights_are_the_ones_expected(name):
    path = weights.find_weights(name)
    assert path.name == weights.WEIGHTS[name][0]
    assert path.stat().st_size > 1e6


def test_the_package_of_weights_is_never_imported():
    code = (
        "import sys; from happysad.features.weights import find_weights; find_weights('5');"
        "print('face_recognition_models' in sys.modules, 'dlib' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["False", "False"]


def test_a_missing_package_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="pip install face_recognition_models"):
        find("5")
    with pytest.raises(UserError, match="pip install dlib-bin"):
        weights._dlib()


def test_a_missing_file_is_named(package):
    with pytest.raises(UserError, match=r"shape_predictor_5_face_landmarks\.dat is missing"):
        find("5")


def test_a_damaged_file_is_refused_and_a_whole_one_taken(package, monkeypatch):
    file = package / weights.WEIGHTS["5"][0]
    data = weights.find_weights("5")  # cached or not, the real one is not in ``package``
    assert data != file
    file.write_bytes(b"not the weights")
    with pytest.raises(UserError, match=r"missing or damaged.*force-reinstall"):
        find("5")
    digest = hashlib.sha256(b"not the weights").hexdigest()
    monkeypatch.setitem(weights.WEIGHTS, "5", (file.name, digest))
    assert find("5") == file


@pytest.fixture
def hashed(package, tmp_path, monkeypatch):
    """A small file in the place of the 5-point predictor's, and a list of what is hashed."""
    file = package / weights.WEIGHTS["5"][0]
    file.write_bytes(b"few weights")
    digest = hashlib.sha256(b"few weights").hexdigest()
    monkeypatch.setitem(weights.WEIGHTS, "5", (file.name, digest))
    monkeypatch.setenv("HAPPYSAD_CACHE", str(tmp_path / "cache"))
    read, usual = [], weights._sha256
    monkeypatch.setattr(weights, "_sha256", lambda path: read.append(path) or usual(path))
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
    file = find("5")
    monkeypatch.setitem(weights.WEIGHTS, "5", (file.name, "0" * 64))
    with pytest.raises(UserError, match="missing or damaged"):
        find("5")


def test_a_cache_that_cannot_be_written_does_no_harm(hashed, tmp_path, monkeypatch):
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("HAPPYSAD_CACHE", str(tmp_path / "a file" / "below"))
    assert find("5") == find("5")
    assert len(hashed) == 2


def test_the_detectors_file_is_what_dlib_writes(tmp_path):
    dlib.get_frontal_face_detector().save(str(tmp_path / "written.svm"))
    assert (tmp_path / "written.svm").read_bytes() == weights.DETECTOR.read_bytes()


def test_the_detector_sees_what_dlibs_own_sees(astronaut):
    gray = np.ascontiguousarray(astronaut[:, :, 1])
    ours, theirs = weights.frontal_detector(), dlib.get_frontal_face_detector()
    for threshold in (0.0, -0.7):
        boxes, scores, which = ours.run(gray, 0, threshold)
        expected = theirs.run(gray, 0, threshold)
        assert list(boxes) == list(expected[0])
        assert (list(scores), list(which)) == (list(expected[1]), list(expected[2]))
        assert len(boxes) >= 1


@pytest.mark.parametrize("content", [None, b"no detector"], ids=["missing", "damaged"])
def test_without_its_file_dlibs_own_detector_is_taken(tmp_path, monkeypatch, content):
    monkeypatch.setattr(weights, "DETECTOR", tmp_path / "other.svm")
    if content is not None:
        (tmp_path / "other.svm").write_bytes(content)
    taken = []
    fake = SimpleNamespace(
        get_frontal_face_detector=lambda: taken.append("dlib's own"),
        fhog_object_detector=lambda path: taken.append(path),
    )
    monkeypatch.setattr(weights, "_dlib", lambda: fake)
    weights._load_detector()
    assert taken == ["dlib's own"]


def test_a_dlib_that_cannot_read_the_file_takes_its_own(monkeypatch):
    def refuse(path):
        raise RuntimeError("another format")

    fake = SimpleNamespace(fhog_object_detector=refuse, get_frontal_face_detector=lambda: "own")
    monkeypatch.setattr(weights, "_dlib", lambda: fake)
    assert weights._load_detector() == "own"


def test_models_are_loaded_once():
    assert weights.shape_predictor("5") is weights.shape_predictor("5")
    assert weights.frontal_detector() is weights.frontal_detector()


def test_each_thread_has_its_own_detector_since_it_holds_the_image():
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as other:
        assert other.submit(weights.frontal_detector).result() is not weights.frontal_detector()
        assert other.submit(weights.frontal_detector).result() is (
            other.submit(weights.frontal_detector).result()
        )


def test_the_predictors_have_the_landmarks_of_their_names():
    assert weights.shape_predictor("5") is not weights.shape_predictor("68")
    image, box = np.zeros((100, 100), np.uint8), dlib.rectangle(10, 10, 90, 90)
    for name in ("5", "68"):
        assert weights.shape_predictor(name)(image, box).num_parts == int(name)
