"""Names of models to predict with, right and wrong."""

from __future__ import annotations

import pytest

from happysad import predict_images
from happysad.pipeline.model_files.shipped import model_path
from happysad.pipeline.prediction.model_names import find_model
from happysad.pipeline.prediction.predict import load_any
from happysad.utils.errors import UserError


def told(name):
    with pytest.raises(UserError) as error:
        find_model(name)
    return str(error.value)


def test_shipped_names_and_files_are_as_ever(tmp_path):
    assert find_model("stack") == model_path("stack")
    assert find_model("mine.joblib") == model_path("mine.joblib")
    assert find_model(tmp_path / "hog-svm") == tmp_path / "hog-svm"


def test_a_recipe_is_told_from_a_trained_model():
    for name in ("hog-svm", "hog-svm+oversample"):
        assert told(name).startswith(f"{name} is a recipe, and no trained model of it is shipped:")
        assert f"happysad train --data FOLDER --model {name} --out {name}.joblib" in told(name)


def test_the_nearest_name_is_offered_among_models_and_recipes():
    assert "did you mean texture-svm? " in told("texture-smv")
    assert "did you mean stack? " in told("stak")
    assert "did you mean hog-svm? hog-svm is a recipe" in told("hog-svn")
    assert "did you mean" not in told("nothing")


def test_a_file_of_that_name_is_still_pointed_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hog-svm").touch()
    assert "./hog-svm for the file of that name here" in told("hog-svm")


def test_python_gets_the_same_sentence(photo):
    with pytest.raises(UserError, match="is a recipe"):
        predict_images([photo], model="hog-svm")
    with pytest.raises(UserError, match="is a recipe"):
        load_any("hog-svm")
