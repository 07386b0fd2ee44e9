"""The models of an experiment: names, variants, and models of other packages."""

from __future__ import annotations

import pickle
from functools import partial

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline, make_pipeline

from happysad.experiments.runner.candidates import find_candidates, recipe, recipes
from happysad.experiments.runner.fit_tasks import EvaluationSet
from happysad.experiments.runner.image_models import reads_images
from happysad.pipeline.models.registry import RECIPES, make_model
from happysad.utils.errors import UserError


def names(*arguments) -> list[str]:
    return [candidate.name for candidate in find_candidates(*arguments)]


def test_a_recipe_and_its_task():
    candidate = recipe("hog-svm")
    assert (candidate.name, candidate.is_ours) == ("hog-svm", True)
    part = EvaluationSet("photos", "test")
    task = candidate.task(np.arange(3), {part: np.arange(2)}, fold=2, seed=1)
    assert (task.model, task.fold, task.seed) == ("hog-svm", 2, 1)
    assert task.summary == RECIPES["hog-svm"].summary
    assert repr(task.build(5)) == repr(make_model("hog-svm", 5))
    assert recipe("hog-svm", partial(make_model, "dummy")).build(0).steps[-1][0] == "classifier"


def test_variants_and_repeated_names():
    variants = ["pixels-logreg", "pixels-logreg+oversample"]
    assert names(["pixels-logreg"], ["none", "oversample"]) == variants
    assert names(["dummy", "dummy", "hog-svm"]) == ["dummy", "hog-svm"]
    with pytest.raises(UserError, match="did you mean hog-svm"):
        recipes(["hog-svn"])


def test_two_models_of_one_name_are_refused(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.toml").write_text('base = "dummy"')
    files = [str(tmp_path / folder / "mine.toml") for folder in ("a", "b")]
    assert names(files[:1]) == ["mine"]
    with pytest.raises(UserError, match="two models are called mine"):
        find_candidates(files)
    with pytest.raises(UserError, match="two models are called DummyClassifier"):
        find_candidates([DummyClassifier(), DummyClassifier()])


def test_estimators_have_the_name_of_their_class_or_of_the_mapping():
    pipeline = make_pipeline(DummyClassifier())
    assert names([pipeline, "dummy"], ["none", "oversample"]) == [
        "DummyClassifier", "dummy", "dummy+oversample",
    ]  # fmt: skip
    (candidate, _) = find_candidates({"mine": pipeline, "plain": "dummy"})
    assert (candidate.name, candidate.is_ours) == ("mine", False)
    variants = find_candidates({"plain": "dummy"}, ["none", "oversample"])
    assert {c.name: c.source for c in variants} == {
        "plain": "dummy", "plain+oversample": "dummy+oversample",
    }  # fmt: skip
    model = pickle.loads(pickle.dumps(candidate.build))(3)
    assert isinstance(model, Pipeline)
    assert reads_images(model)
    with pytest.raises(UserError, match="called hog-svm, as a recipe is"):
        find_candidates({"hog-svm": pipeline})
    with pytest.raises(UserError, match="the model mine is no scikit-learn"):
        find_candidates({"mine": 3})


def test_our_own_models_are_taken_as_they_are():
    mine = make_model("pixels-logreg", 5).set_params(classifier__C=3)
    (candidate,) = find_candidates({"mine": mine})
    assert candidate.is_ours
    copy = candidate.build(9)
    assert copy is not mine
    assert repr(copy) == repr(mine)


def test_a_factory_is_called_before_any_work():
    (candidate,) = find_candidates(["sklearn.dummy:DummyClassifier"])
    assert (candidate.name, candidate.is_ours) == ("sklearn.dummy:DummyClassifier", False)
    assert candidate.build(4).get_params()["classifier__model__random_state"] == 4
    with pytest.raises(UserError, match="cannot import no_such"):
        find_candidates(["no_such:model"])
