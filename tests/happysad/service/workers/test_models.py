"""The models on offer."""

from __future__ import annotations

import shutil

import pytest

from happysad.pipeline.model_files.shipped import NETWORKS, SHIPPED
from happysad.service.workers.models import ServedModels, UnknownModelError
from happysad.utils.errors import UserError


def test_the_first_is_the_default_and_files_are_named_without_suffix(model_file):
    models = ServedModels([str(model_file), "texture-svm"])
    assert models.default == "small"
    assert [one.name for one in models] == ["small", "texture-svm"]
    assert [one.source for one in models] == [str(model_file), "texture-svm"]
    assert models.get() is models.get("small")
    assert models.get("texture-svm").summary.startswith("SVM on HOG")
    with pytest.raises(UnknownModelError, match="no model named 'mine', only small and"):
        models.get("mine")


def test_the_card_comes_without_the_pictures_in_it():
    card = ServedModels(["texture-svm"]).get().card
    assert "probe" not in card
    assert len(card["sha256"]) == 64


def test_a_file_that_is_named_as_a_shipped_model_is_not_told_as_one(model_file, tmp_path):
    file = tmp_path / "texture-svm.joblib"
    shutil.copy(model_file, file)
    shutil.copy(f"{model_file}.json", f"{file}.json")
    summary = ServedModels([str(file)]).get("texture-svm").summary
    assert summary == ServedModels([str(model_file)]).get().summary
    assert ServedModels(["texture-svm"]).get().summary.endswith(SHIPPED["texture-svm"])


def test_the_network_is_offered_by_its_name():
    (model,) = ServedModels(["cnn-pretrained"])
    assert model.name == "cnn-pretrained"
    assert model.summary.endswith(NETWORKS["cnn-pretrained"])


def test_models_that_are_not_there_or_share_a_name_are_refused(model_file, tmp_path):
    with pytest.raises(UserError, match="there is no model file"):
        ServedModels([str(tmp_path / "no.joblib")])
    with pytest.raises(UserError, match="no model is named 'fusoin'"):
        ServedModels(["fusoin"])
    (tmp_path / "a").mkdir()
    for name in (model_file.name, f"{model_file.name}.json"):
        shutil.copy(model_file.with_name(name), tmp_path / "a" / name)
    with pytest.raises(UserError, match="two models are named small"):
        ServedModels([str(model_file), str(tmp_path / "a" / "small.joblib")])


def test_a_model_that_is_named_twice_is_told_so():
    with pytest.raises(UserError, match="the model texture-svm is named twice"):
        ServedModels(["texture-svm", "texture-svm"])
