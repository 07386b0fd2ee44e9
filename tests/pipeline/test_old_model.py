"""A file of classes that are no longer there gets one sentence that says what to do."""

from __future__ import annotations

import hashlib
import json
import sys
import types

import joblib
import pytest

from happysad.pipeline.model_files.model_card import card_path, library_versions
from happysad.pipeline.model_files.model_file import load_model
from happysad.utils.errors import UserError


@pytest.fixture
def old(tmp_path):
    """``old(module, **versions)``: a model file of a class that lived in ``module``."""

    def write(module, **versions):
        home = types.ModuleType(module)
        gone = type("Gone", (), {"__module__": module})
        home.Gone = gone  # type: ignore[attr-defined]
        path = tmp_path / "old.joblib"
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, module, home)
            joblib.dump(gone(), path)
        card = {
            "format": 1,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "versions": library_versions() | versions,
            "probe": [],
        }
        card_path(path).write_text(json.dumps(card), "utf-8")
        return path

    return write


def told(path):
    with pytest.raises(UserError) as caught:
        load_model(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_module_that_is_gone(old):
    path = old("happysad.pipeline.kernel_svm", happysad="0.1")
    sentence = told(path)
    assert sentence.startswith(f"{path} needs the Python module happysad.pipeline.kernel_svm")
    assert "it was saved with happysad 0.1" in sentence
    assert sentence.endswith("train it anew")


def test_a_class_that_is_gone_from_its_module(old):
    path = old("happysad.features.hog", **{"scikit-learn": "1.2.3"})
    sentence = told(path)
    assert sentence.startswith(f"{path} cannot be loaded here (AttributeError: ")
    assert "it was saved with scikit-learn 1.2.3" in sentence
    assert "pip install scikit-learn==1.2.3, or train it anew" in sentence
