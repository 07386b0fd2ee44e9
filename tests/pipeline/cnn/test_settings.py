"""pipeline/cnn/settings.py: default and given schedules, values allowed, class weights."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sklearn.utils._param_validation import InvalidParameterError
from sklearn.utils.class_weight import compute_class_weight

from happysad.pipeline.cnn.classifier import CnnClassifier
from happysad.pipeline.cnn.settings import (
    FINE_TUNING,
    SCHEDULES,
    check_settings,
    class_weights,
    schedule_of,
)
from happysad.utils.errors import UserError

CLASSES = np.array(["happy", "sad"])
TARGETS = np.array([0] * 9 + [1] * 3, np.float32)


def test_the_default_is_that_of_the_architecture_and_gentler_in_fine_tuning() -> None:
    for architecture, default in SCHEDULES.items():
        scratch = schedule_of(CnnClassifier(architecture).get_params(), 9999)
        model = CnnClassifier(architecture, start_from="some.joblib")
        tuning = schedule_of(model.get_params(), 9999)
        assert scratch == default
        assert tuning == FINE_TUNING[architecture]
        assert tuning.learning_rate < scratch.learning_rate
        assert tuning.epochs < scratch.epochs


def test_what_is_given_wins() -> None:
    model = CnnClassifier(epochs=3, dropout=0.0, start_from="some.joblib")
    assert schedule_of(model.get_params(), 9999) == FINE_TUNING["small"]._replace(
        epochs=3, dropout=0.0
    )
    model = CnnClassifier(batch_size=7, learning_rate=0.5)
    expected = SCHEDULES["small"]._replace(batch_size=7, learning_rate=0.5)
    for n_faces in (20, 9999):
        assert schedule_of(model.get_params(), n_faces) == expected


def test_few_faces_go_in_small_batches() -> None:
    settings = CnnClassifier().get_params()
    assert [schedule_of(settings, n).batch_size for n in (40, 1999, 2000)] == [16, 16, 64]


def test_what_is_out_of_range_is_named() -> None:
    CnnClassifier()._validate_params()
    for name, values in {
        "architecture": ["large", None],
        "input_size": [7, 129, 48.0],
        "epochs": [-1, 1.5, "x"],
        "batch_size": [0],
        "patience": [0],
        "learning_rate": [0.0, "x"],
        "dropout": [-0.1, 1.0],
        "rotation": [-1, 181],
        "zoom": [1.0],
        "flip": ["yes"],
        "shift": [-0.1, 0.6],
        "photo": ["yes"],
        "erase": [2],
        "mirror": [2],
        "class_weight": ["even", 3, [1, 2]],
        "validation_fraction": [0.0, 1.0],
        "precision": ["half"],
        "random_state": [-1],
        "n_threads": [0],
        "verbose": ["x"],
    }.items():
        for value in values:
            with pytest.raises(
                InvalidParameterError, match=f"'{name}' .* Got {re.escape(repr(value))}"
            ):
                CnnClassifier(**{name: value})._validate_params()


def test_what_does_not_go_together_is_told() -> None:
    for good in (CnnClassifier(), CnnClassifier(epochs=0, start_from="pretrained")):
        check_settings(good.get_params())
    check_settings(CnnClassifier("resnet18", input_size=64).get_params())
    with pytest.raises(UserError, match="give start_from as well"):
        check_settings(CnnClassifier(epochs=0).get_params())
    with pytest.raises(UserError, match="resnet18 takes an input_size of 64 or more, not 48"):
        check_settings(CnnClassifier("resnet18").get_params())


def test_class_weights_are_those_of_scikit_learn_or_of_a_dict() -> None:
    expected = compute_class_weight("balanced", classes=np.array([0, 1]), y=TARGETS)
    np.testing.assert_allclose(class_weights("balanced", CLASSES, TARGETS), expected)
    assert class_weights("balanced", CLASSES, TARGETS) == (12 / 18, 2.0)
    assert class_weights(None, CLASSES, TARGETS) == (1, 1)
    assert class_weights({"sad": 3}, CLASSES, TARGETS) == (1, 3)
    assert class_weights({"sad": 3, "happy": 0.5}, CLASSES, TARGETS) == (0.5, 3)


def test_class_weights_are_of_these_classes_and_above_0() -> None:
    with pytest.raises(UserError, match=r"give None, 'balanced', or a dict.*happy and sad"):
        class_weights({"angry": 2}, CLASSES, TARGETS)
    for weight in (0, -1, float("nan"), float("inf")):
        with pytest.raises(UserError, match="above 0"):
            class_weights({"sad": weight}, CLASSES, TARGETS)
