"""Variants of a recipe."""

from __future__ import annotations

import pytest

from happysad.features.errors import UserError
from happysad.pipeline.balance import BalancedClassifier
from happysad.pipeline.models import RECIPES, find_recipe, make_model, short_name
from happysad.pipeline.recipe import balanced, tuned


@pytest.mark.parametrize("how", ["class-weight", "oversample"])
def test_a_balanced_variant_wraps_the_classifier_alone(how):
    plain, variant = make_model("hog-svm", 7), make_model(f"hog-svm+{how}", 7)
    assert repr(variant[:-1]) == repr(plain[:-1])
    assert isinstance(variant[-1], BalancedClassifier)
    assert (variant[-1].how, variant[-1].random_state) == (how, 7)
    assert repr(variant[-1].estimator) == repr(plain[-1])
    assert find_recipe(f"hog-svm+{how}").summary.startswith(RECIPES["hog-svm"].summary + ", ")


def test_unknown_variants_are_one_sentence():
    with pytest.raises(UserError, match=r"no variant \+smote: the variants are \+class-weight"):
        make_model("hog-svm+smote")
    with pytest.raises(UserError, match="did you mean hog-svm"):
        make_model("hog-svn+oversample")
    with pytest.raises(UserError):
        balanced(RECIPES["dummy"], "")


def test_tuned_sets_parameters_by_their_names():
    recipe = tuned(RECIPES["hog-svm"], {"classify__alpha": 9.0}, "mine")
    (_, classifier) = recipe.steps(3)[-1]
    assert classifier.alpha == 9.0
    assert recipe.summary == "mine"
    assert RECIPES["hog-svm"].steps(3)[-1][1].alpha != 9.0


def test_an_unknown_parameter_is_one_sentence():
    with pytest.raises(UserError, match="no parameter 'classify__c'"):
        tuned(RECIPES["hog-svm"], {"classify__c": 9.0})


def test_short_names():
    assert short_name("hog-svm") == "hog-svm"
    assert short_name("hog-svm+oversample") == "hog-svm+oversample"
    assert short_name("runs/tune/better.toml+oversample") == "better+oversample"
