"""pipeline/cnn/pretrained.py: what can be started from, and what cannot."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from happysad.pipeline.cnn.classifier import CnnClassifier
from happysad.pipeline.cnn.pretrained import find_cnn, fine_tuned, starting_weights
from happysad.pipeline.model_files.model_file import save_model
from happysad.pipeline.models.registry import make_model
from happysad.utils.errors import UserError

pytest.importorskip("torch")
pytest.importorskip("skorch")

CLASSES = np.array(["happy", "sad"])


def test_classifier_pipeline_and_file_are_the_same_start(cnn_model: Any, tmp_path) -> None:
    path = save_model(cnn_model, tmp_path / "cnn.joblib")
    for source in (cnn_model[-1], cnn_model, cnn_model[1:], path, str(path)):
        weights = starting_weights(source, "small", 16, 1, CLASSES)
        for name, array in cnn_model[-1].weights_.items():
            np.testing.assert_array_equal(weights[name], array)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (LogisticRegression(), "the LogisticRegression given is no CNN"),
        (Pipeline([("only", LogisticRegression())]), "its classifier is LogisticRegression"),
        (CnnClassifier(), "is not fitted"),
        ("missing.joblib", "there is no model file missing.joblib"),
        (None, "the NoneType given is no CNN"),
    ],
)
def test_what_is_no_start_is_named(source: object, says: str) -> None:
    with pytest.raises(UserError, match=says):
        find_cnn(source)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (("resnet", 16, 1), "architecture 'small', not 'resnet'"),
        (("small", 48, 1), "input_size 16, not 48"),
        (("small", 16, 3), "channels 1, not 3"),
        (("resnet", 48, 1), "architecture 'small', not 'resnet', input_size 16, not 48"),
    ],
)
def test_another_network_is_refused(cnn_model: Any, settings: tuple, says: str) -> None:
    with pytest.raises(UserError, match=says):
        starting_weights(cnn_model, *settings, CLASSES)
    with pytest.raises(UserError, match="classes 'happy and sad', not 'a and b'"):
        starting_weights(cnn_model, "small", 16, 1, np.array(["a", "b"]))


def test_fine_tuned_sets_the_start_wherever_the_cnn_is(cnn_model: Any) -> None:
    for name, parameter in (
        ("cnn-small", "classifier__start_from"),
        ("cnn-small+oversample", "classifier__start_from"),
    ):
        model = fine_tuned(partial(make_model, name), cnn_model, random_state=7)
        assert model.get_params()[parameter] is cnn_model
        assert model.get_params()["classifier__random_state"] == 7


def test_fine_tuned_is_for_cnns(cnn_model: Any) -> None:
    with pytest.raises(UserError, match="a DummyClassifier cannot start from another model"):
        fine_tuned(partial(make_model, "dummy"), cnn_model)
    with pytest.raises(UserError, match="no model file"):
        fine_tuned(partial(make_model, "cnn-small"), "missing.joblib")
