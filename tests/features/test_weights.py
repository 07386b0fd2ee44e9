import hashlib
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


def test_models_are_loaded_once():
    assert weights.shape_predictor("5") is weights.shape_predictor("5")
    assert weights.frontal_detector() is weights.frontal_detector()


def test_the_predictors_have_the_landmarks_of_their_names():
    assert weights.shape_predictor("5") is not weights.shape_predictor("68")
    image, box = np.zeros((100, 100), np.uint8), dlib.rectangle(10, 10, 90, 90)
    for name in ("5", "68"):
        assert weights.shape_predictor(name)(image, box).num_parts == int(name)
