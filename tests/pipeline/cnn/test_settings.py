"""pipeline/cnn/settings.py: what is usual, what is given, what is refused."""

from __future__ import annotations

import pytest
from sklearn.utils._param_validation import InvalidParameterError

from happysad.pipeline.cnn.classifier import CnnClassifier
from happysad.pipeline.cnn.settings import FINE_TUNING, SCHEDULES, schedule_of


@pytest.mark.parametrize("architecture", SCHEDULES)
def test_the_usual_is_that_of_the_architecture_and_gentler_from_a_start(architecture: str) -> None:
    scratch = schedule_of(CnnClassifier(architecture).get_params(), 9999)
    tuning = schedule_of(CnnClassifier(architecture, start_from="some.joblib").get_params(), 9999)
    assert scratch == SCHEDULES[architecture]
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
        "epochs": [0, 1.5, "x"],
        "batch_size": [0],
        "patience": [0],
        "learning_rate": [0.0, "x"],
        "dropout": [-0.1, 1.0],
        "rotation": [-1, 181],
        "zoom": [1.0],
        "flip": ["yes"],
        "mirror": [2],
        "class_weight": ["even"],
        "validation_fraction": [0.0, 1.0],
        "precision": ["half"],
        "random_state": [-1],
        "n_threads": [0],
        "verbose": ["x"],
    }.items():
        for value in values:
            with pytest.raises(InvalidParameterError, match=f"'{name}' .* Got {value!r} instead"):
                CnnClassifier(**{name: value})._validate_params()
