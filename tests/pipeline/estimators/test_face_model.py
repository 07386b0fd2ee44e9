"""The Pipeline that also answers nothing with nothing; the rest is in ``test_models.py``."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from happysad.pipeline.estimators.face_model import FaceModel
from happysad.pipeline.models.registry import make_model
from happysad.utils.errors import UserError


@pytest.fixture
def model() -> FaceModel:
    rows = np.array([[0.0], [1.0], [2.0], [3.0]])
    return FaceModel([("classifier", LogisticRegression())]).fit(rows, ["happy"] * 2 + ["sad"] * 2)


def test_nothing_gives_nothing(model):
    assert model.predict([]).shape == (0,)
    assert model.predict(np.zeros((0, 1))).shape == (0,)
    assert model.predict_proba([]).shape == (0, 2)
    assert model.predict([]).dtype == model.predict([[0.0]]).dtype


def test_something_is_answered_as_by_a_pipeline(model):
    plain = Pipeline(model.steps)
    rows = [[0.1], [2.9]]
    assert list(model.predict(rows)) == list(plain.predict(rows)) == ["happy", "sad"]
    np.testing.assert_array_equal(model.predict_proba(rows), plain.predict_proba(rows))


def test_a_slice_is_of_the_same_kind():
    assert isinstance(make_model("dummy")[1:], FaceModel)


def test_an_unfitted_model_says_so():
    with pytest.raises(NotFittedError):
        FaceModel([("classifier", DummyClassifier())]).predict([])


def test_a_bare_path_is_not_taken_for_an_empty_list():
    model = make_model("dummy")
    model[1:].fit(np.zeros((2, 1)), ["happy", "sad"])
    with pytest.raises(UserError, match="list of images"):
        model.predict("")
