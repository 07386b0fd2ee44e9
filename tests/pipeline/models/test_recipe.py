"""Variants of a recipe, and recipe files: written, read, used wherever a name is."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from happysad.pipeline.estimators.samplers import OversampledFaces
from happysad.pipeline.models.recipe import (
    balanced,
    fine_tuned,
    read_recipe_file,
    tuned,
    write_recipe_file,
)
from happysad.pipeline.models.registry import RECIPES, find_recipe, make_model, short_name
from happysad.utils.errors import UserError


def test_class_weight_is_set_where_the_classifier_has_it():
    for name in ("hog-svm", "landmarks-gb", "pixels-logreg", "cnn-small"):
        plain, variant = make_model(name, 7), make_model(f"{name}+class-weight", 7)
        assert list(variant.named_steps) == list(plain.named_steps)
        assert repr(variant[:-1]) == repr(plain[:-1])
        assert variant[-1].class_weight == "balanced"
        assert plain[-1].class_weight is None
        assert repr(variant[-1].set_params(class_weight=None)) == repr(plain[-1])
        summary = f"{RECIPES[name].summary}, classes weighted equally"
        assert find_recipe(f"{name}+class-weight").summary == summary
    assert repr(make_model("dummy+class-weight")) == repr(make_model("dummy"))  # it has none


def test_oversampling_is_a_step_before_all_others():
    plain, variant = make_model("fusion-svm", 7), make_model("fusion-svm+oversample", 7)
    names = ["faces", "oversample", "augment", "features", "classifier"]
    assert list(variant.named_steps) == names
    assert isinstance(variant["oversample"], OversampledFaces)
    assert variant["oversample"].random_state == 7
    variant.steps.pop(1)
    assert repr(variant) == repr(plain)
    assert find_recipe("dummy+oversample").summary == "always the class seen most often, " + (
        "rarer class oversampled"
    )


def test_the_rarer_class_is_likelier(mouths):
    faces, labels = mouths(120, size=48)
    labels = np.where(np.random.default_rng(1).random(120) < 0.5, "happy", labels)
    fresh, p = mouths(90, seed=5, size=48)[0], {}
    for name in ("", "+class-weight", "+oversample"):
        model = make_model(f"pixels-logreg{name}")[1:].fit(faces, labels)
        p[name] = model.predict_proba(fresh)[:, 1].mean()
    assert (labels == "sad").mean() < 0.2
    assert p["+class-weight"] > p[""] + 0.05
    assert p["+oversample"] > p[""] + 0.05
    assert p["+oversample"] == pytest.approx(p["+class-weight"], abs=0.05)


def test_unknown_variants_are_one_sentence():
    with pytest.raises(UserError, match=r"no variant \+smote: the variants are \+class-weight"):
        make_model("hog-svm+smote")
    with pytest.raises(UserError, match="did you mean hog-svm"):
        make_model("hog-svn+oversample")
    with pytest.raises(UserError):
        balanced(RECIPES["dummy"], "")


def test_tuned_sets_parameters_by_their_names():
    recipe = tuned(RECIPES["hog-svm"], {"classifier__estimator__C": 9.0}, "mine")
    (_, classifier) = recipe.steps(3)[-1]
    assert classifier.estimator.C == 9.0
    assert recipe.summary == "mine"
    assert RECIPES["hog-svm"].steps(3)[-1][1].estimator.C != 9.0


def test_an_unknown_parameter_is_one_sentence():
    with pytest.raises(UserError, match="no parameter 'classifier__c'"):
        tuned(RECIPES["hog-svm"], {"classifier__c": 9.0})


def test_short_names():
    assert short_name("hog-svm") == "hog-svm"
    assert short_name("hog-svm+oversample") == "hog-svm+oversample"
    assert short_name("runs/tune/better.toml+oversample") == "better+oversample"


def test_fine_tuned_starts_the_cnn_from_another(cnn_model: Any) -> None:
    for name in ("cnn-small", "cnn-small+oversample"):
        model = fine_tuned(partial(make_model, name), cnn_model, random_state=7)
        assert model.get_params()["classifier__start_from"] is cnn_model
        assert model.get_params()["classifier__random_state"] == 7
    with pytest.raises(UserError, match="a DummyClassifier cannot start from another model"):
        fine_tuned(partial(make_model, "dummy"), cnn_model)
    with pytest.raises(UserError, match="no model file"):
        fine_tuned(partial(make_model, "cnn-small"), "missing.joblib")


def test_a_variant_costs_what_its_recipe_does() -> None:
    costs = {name: recipe.cost for name, recipe in RECIPES.items()}
    assert costs["dummy"] < costs["hog-svm"] < costs["fusion-svm"] < costs["cnn-resnet"]
    for variant in ("+class-weight", "+oversample"):
        assert find_recipe(f"hog-svm{variant}").cost == costs["hog-svm"]


SETTINGS = {"classifier__estimator__C": 3.5, "features__hog__extract__signed": False}


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "better.toml"
    summary = 'SVM on HOG, "tuned" \\ more'
    write_recipe_file(path, "hog-svm", SETTINGS, summary, "found by a search\non Training")
    assert read_recipe_file(path) == ("hog-svm", summary, SETTINGS)
    assert path.read_text("utf-8").startswith("# found by a search\n# on Training\n")
    assert list(tmp_path.iterdir()) == [path]


def test_it_is_a_model(tmp_path):
    path = tmp_path / "better.toml"
    write_recipe_file(path, "hog-svm", SETTINGS, "better")
    model = make_model(str(path))
    assert model[-1].estimator.C == 3.5
    assert model["features"]["hog"]["extract"].signed is False
    assert find_recipe(str(path)).summary == "better"
    assert make_model(f"{path}+oversample")[-1].estimator.C == 3.5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("base = ", "is not TOML"),
        ('bass = "hog-svm"', "unknown key 'bass'"),
        ("base = 3", 'needs base = "NAME"'),
        ('base = "hog-svn"', "did you mean hog-svm"),
        ('base = "other.toml"', "base is the name of a recipe, not a file"),
        ('base = "hog-svm"\n[parameters]\nC = 3', "no parameter 'C'"),
        ('base = "hog-svm"\n[parameters.a]\nC = 3', "parameter a is a table"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_the_file(tmp_path, text, words):
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(UserError) as raised:
        find_recipe(str(path))
    assert words in str(raised.value)
    assert str(path) in str(raised.value)


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="cannot read the recipe"):
        find_recipe(str(tmp_path / "none.toml"))
