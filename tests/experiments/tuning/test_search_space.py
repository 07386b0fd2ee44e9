"""What is searched: default settings, checks, the tuned model."""

from __future__ import annotations

import pickle
from functools import partial

import pytest

from happysad.experiments.tuning.search_space import SPACES, check_space, default_space, make_tuned
from happysad.utils.errors import UserError


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("hog-svm", {"classifier__estimator__C", "classifier__estimator__gamma"}),
        (
            "fusion-svm+class-weight",
            {"classifier__estimator__C", "classifier__estimator__gamma"},
        ),
        ("pixels-logreg", {"classifier__C"}),
        (
            "fusion-gb",
            {f"classifier__{n}" for n in ("learning_rate", "max_iter", "max_leaf_nodes")},
        ),
    ],
)
def test_the_classifier_of_each_recipe_has_a_space(asked, names):
    space = default_space(asked)
    assert set(space) == names
    check_space(asked, space)


def test_a_recipe_with_nothing_known_to_search_is_refused():
    with pytest.raises(UserError, match="nothing is known to search in dummy"):
        default_space("dummy")


@pytest.mark.parametrize(
    ("space", "told"),
    [
        ({"classifier__c": [1]}, "classifier__c"),
        ({"faces__size": [48]}, "faces__size"),
        ({"classifier__estimator__C": 1}, "list of values"),
        ({"classifier__estimator__C": []}, "list of values"),
    ],
)
def test_wrong_spaces_are_named(space, told):
    with pytest.raises(UserError, match=told):
        check_space("hog-svm", space)


def test_the_tuned_model_has_the_settings_and_goes_to_other_processes():
    build = partial(make_tuned, "hog-svm", (("classifier__estimator__C", 7.0),))
    model = pickle.loads(pickle.dumps(build))(1)
    assert model.get_params()["classifier__estimator__C"] == 7.0


def test_the_recipes_own_values_are_among_those_tried():
    from happysad.pipeline.models.registry import make_model

    known = make_model("hog-svm").get_params()
    assert all(known[name] in values for name, values in default_space("hog-svm").items())
    assert set(SPACES) == {"CompactSVC", "HistGradientBoostingClassifier", "LogisticRegression"}
