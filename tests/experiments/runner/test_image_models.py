"""Models of other packages: what they are given, and what becomes of their predictions."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PIL import Image
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from happysad.experiments.runner.image_models import (
    HappySadClassifier,
    ImageBatch,
    ImageReader,
    adapt,
    build_from_factory,
    check_estimator,
    reads_images,
    reason,
)
from happysad.features.faces.aligner import FaceAligner
from happysad.features.pixels import Pixels
from happysad.pipeline.estimators.fitted_model import predict_p_happy
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import ImageError


def brightness(images: list[np.ndarray]) -> np.ndarray:
    """The mean of each image; it must be a plain list of arrays."""
    assert type(images) is list
    assert all(image.dtype == np.uint8 and image.ndim in (2, 3) for image in images)
    return np.array([[image.mean() / 255] for image in images])


class Hard(ClassifierMixin, BaseEstimator):
    """Happy where it is bright; neither scores nor classes."""

    def fit(self, X, y):
        self.fitted_ = True
        return self

    def predict(self, X):
        return np.where(X[:, 0] > 0.5, "happy", "sad")


BRIGHT = [np.full((8, 6), value, np.uint8) for value in (250, 230, 20, 10)]
LABELS = np.array(["happy", "happy", "sad", "sad"])


def fitted(last) -> Pipeline:
    model = adapt(make_pipeline(FunctionTransformer(brightness), last), 0)
    model[1:].fit(model[:1].transform(BRIGHT), LABELS)
    return model


def test_probabilities_of_every_kind_of_classifier():
    for last in (LogisticRegression(C=100), RidgeClassifier(), Hard()):
        model = fitted(last)
        assert list(model.classes_) == ["happy", "sad"], last
        p = model.predict_proba(BRIGHT)
        np.testing.assert_allclose(p.sum(axis=1), 1)
        assert list(p[:, 0] > 0.5) == [True, True, False, False], last
        assert list(model.predict(BRIGHT)) == list(LABELS), last
        assert list(predict_p_happy(model[1:], BRIGHT)) == list(p[:, 0]), last
    assert set(p.ravel()) == {0.0, 1.0}  # of the one that says no more than a label


def test_without_probabilities_the_logistic_function_of_the_decision_function():
    model = fitted(RidgeClassifier())
    decision = model[-1].model_.decision_function(BRIGHT)  # above 0 for the second class, sad
    np.testing.assert_allclose(model.predict_proba(BRIGHT)[:, 1], 1 / (1 + np.exp(-decision)))


def test_images_are_read_upright_grey_or_in_colour(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("L", (5, 9)).save(tmp_path / "turned.png", exif=exif)
    Image.new("RGB", (5, 9)).save(tmp_path / "colour.png")
    paths = [str(tmp_path / name) for name in ("turned.png", "colour.png")]
    assert [image.shape for image in ImageReader().fit([]).transform(paths)] == [(5, 9), (9, 5, 3)]
    batch = ImageBatch(paths, np.array(["detected", "full_frame"]))
    assert [image.shape for image in batch] == [(5, 9), (9, 5, 3)]
    assert list(batch.status) == ["detected", "full_frame"]
    with pytest.raises(ImageError):
        ImageReader().transform([tmp_path / "nothing.png"])


def test_a_pipeline_with_our_aligner_keeps_it():
    model = adapt(Pipeline([("a", FaceAligner(predictor="5")), ("b", Pixels()), ("c", Hard())]), 0)
    assert not reads_images(model)
    assert isinstance(model[0], FaceAligner)
    assert [name for name, _ in model[1].model.steps] == ["b", "c"]
    assert reads_images(adapt(Hard(), 0))


def test_random_states_that_are_not_set_are_set_and_the_model_is_left_alone():
    mine = make_pipeline(FunctionTransformer(brightness), LogisticRegression())
    model = adapt(mine, 7)
    assert model.get_params()["classifier__model__logisticregression__random_state"] == 7
    assert mine[-1].random_state is None
    model = adapt(LogisticRegression(random_state=3), 7)
    assert model.get_params()["classifier__model__random_state"] == 3


def test_other_labels_are_one_sentence():
    class Numbers(Hard):
        def predict(self, X):
            return (X[:, 0] > 0.5).astype(int)

    with pytest.raises(UserError, match="the model predicts 0, 1, not happy and sad"):
        fitted(Numbers()).predict_proba(BRIGHT)
    with pytest.raises(UserError, match="the model predicts cat, dog, not happy and sad"):
        HappySadClassifier(LogisticRegression()).fit([[0], [1]], np.array(["cat", "dog"]))


FACTORIES = """
from sklearn.linear_model import LogisticRegression

def seeded(random_state):
    return LogisticRegression(random_state=random_state, C=3)

def plain():
    return LogisticRegression(C=4)

def failing():
    raise RuntimeError("no\\nluck")

def number():
    return 3
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The working folder, with a module of factories in it."""
    (tmp_path / "my_models.py").write_text(FACTORIES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    sys.modules.pop("my_models", None)


def test_a_factory_in_the_working_folder(here):
    state = "classifier__model__random_state"
    for name, c in (("seeded", 3), ("plain", 4)):
        parameters = build_from_factory(f"my_models:{name}", 5).get_params()
        assert (parameters["classifier__model__C"], parameters[state]) == (c, 5)


def test_mistakes_about_factories_are_one_sentence(here):
    (here / "bad_syntax.py").write_text("def")
    for name, words in (
        ("no_such:f", "cannot import no_such of the model no_such:f: ModuleNotFoundError"),
        ("bad_syntax:f", "cannot import bad_syntax of the model bad_syntax:f: SyntaxError"),
        ("my_models:absent", "the module my_models has no function 'absent'"),
        ("my_models:FACTORIES", "has no function 'FACTORIES'"),
        ("my_models:failing", "my_models:failing fails: RuntimeError: no luck"),
        ("my_models:number", "what my_models:number returns is no scikit-learn Pipeline or"),
    ):
        with pytest.raises(UserError) as error:
            build_from_factory(name, 0)
        assert words in str(error.value), name
        assert "\n" not in str(error.value), name


def test_what_is_no_estimator_is_refused():
    check_estimator(Hard(), "mine")
    for wrong in (3, Hard, FunctionTransformer()):
        with pytest.raises(UserError, match="mine is no scikit-learn Pipeline or classifier"):
            check_estimator(wrong, "mine")


def test_a_reason_is_one_line():
    assert reason(ValueError("no\nsuch  thing")) == "ValueError: no such thing"
    assert reason(UserError("give a folder")) == "give a folder"
