"""Which models are measured."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from happysad.experiments.benchmarks import models as speed_models
from happysad.experiments.benchmarks.models import loaded, model_files
from happysad.pipeline.model_files.shipped import SHIPPED, shipped_path
from happysad.utils.errors import UserError


def test_shipped_models_and_files_are_taken_as_they_are(model_file, tmp_path):
    name = next(iter(SHIPPED))
    assert model_files([name, str(model_file)], tmp_path) == {
        name: shipped_path(name),
        model_file.stem: model_file,
    }
    assert not list(tmp_path.iterdir())


def test_a_recipe_is_fitted_and_written(tmp_path, monkeypatch):
    monkeypatch.setattr(speed_models, "FITTED_ON", 24)
    files = model_files(["pixels-logreg"], tmp_path)
    assert files == {"pixels-logreg": tmp_path / "pixels-logreg.joblib"}
    model = loaded(files["pixels-logreg"])
    assert model.predict_proba([np.zeros((60, 60), np.uint8)]).shape == (1, 2)


def test_an_onnx_file_is_loaded_as_such(tmp_path):
    (tmp_path / "net.onnx").write_bytes(b"no network")
    with pytest.raises(UserError, match="has no card"):
        loaded(tmp_path / "net.onnx")
    shutil.copy(tmp_path / "net.onnx", tmp_path / "net.joblib")
    with pytest.raises(UserError, match="has no card"):
        loaded(tmp_path / "net.joblib")


def test_what_is_no_model_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="no model file"):
        model_files(["nothing.joblib"], tmp_path)
    with pytest.raises(UserError, match="no model named 'hog-smv': did you mean hog-svm"):
        model_files(["hog-smv"], tmp_path)
