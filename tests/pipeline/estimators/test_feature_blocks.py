"""The blocks of features that a model puts side by side."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.svm import SVC

from happysad.features.faces.aligner import FaceAligner
from happysad.features.hog import Hog
from happysad.features.pixels import Pixels
from happysad.pipeline.cnn.classifier import CnnClassifier
from happysad.pipeline.estimators.calibration import CalibratedClassifier, CopiesTogether
from happysad.pipeline.estimators.face_model import FaceModel
from happysad.pipeline.estimators.feature_blocks import (
    extracted,
    feature_blocks,
    log_odds_happy,
    log_odds_with_mean,
    p_happy_of_features,
)
from happysad.pipeline.estimators.scaled_pca import ScaledPCA
from happysad.pipeline.models.registry import make_model


@pytest.fixture(scope="module")
def model(mouths):
    """Built as fusion-svm is: blocks side by side, mirrored copies, a calibrated SVM."""
    blocks = [
        (name, Pipeline([("extract", extract), ("reduce", ScaledPCA(5, random_state=0))]))
        for name, extract in (("pixels", Pixels(8)), ("hog", Hog(8)))
    ]
    steps = [
        ("faces", FaceAligner()),
        ("features", FeatureUnion(blocks, transformer_weights={"pixels": 0.8, "hog": 0.6})),
        ("classifier", CalibratedClassifier(SVC(), cv=CopiesTogether())),
    ]
    made = FaceModel(steps)
    made[1:].fit(*mouths(60))
    return made


def test_log_odds_are_those_of_the_probabilities(model, mouths):
    faces, _ = mouths(9, seed=1)
    p = model[1:].predict_proba(faces)[:, 0]
    np.testing.assert_allclose(log_odds_happy(model, faces), np.log(p / (1 - p)))


@pytest.mark.parametrize(("classifier", "bound"), [(SVC(), 34.6), (CnnClassifier(), 16.2)])
def test_log_odds_of_sure_answers_are_finite(mouths, classifier, bound):
    class Sure:
        classes_ = np.array(["happy", "sad"])
        named_steps = {"classifier": classifier}  # noqa: RUF012

        def __getitem__(self, part):
            return classifier if part == -1 else self

        def predict_proba(self, faces):
            return np.array([[1.0, 0.0], [0.0, 1.0]])

    odds = log_odds_happy(Sure(), mouths(2)[0])
    assert odds[0] == -odds[1]
    assert bound - 0.2 < odds[0] < bound


def test_every_block_is_found_with_its_weight_and_training_means(model, mouths):
    faces, _ = mouths(60)
    pixels, hog = feature_blocks(model)
    assert (pixels.name, hog.name, pixels.weight, hog.weight) == ("pixels", "hog", 0.8, 0.6)
    assert (type(pixels.extractor), type(hog.extractor)) == (Pixels, Hog)
    for block in (pixels, hog):
        rows = block.extractor.transform(faces)
        np.testing.assert_allclose(block.mean, rows.mean(axis=0), atol=1e-4)


def test_the_answer_is_that_of_the_features_of_the_blocks(model, mouths):
    faces, _ = mouths(9, seed=1)
    rows = extracted(model, faces)
    assert {name: row.shape for name, row in rows.items()} == {"pixels": (9, 64), "hog": (9, 648)}
    expected = model[1:].predict_proba(faces)[:, 0]
    np.testing.assert_allclose(p_happy_of_features(model, rows), expected, atol=1e-6)


def test_a_model_of_another_shape_has_none(mouths):
    assert feature_blocks(make_model("cnn-small")) == []
    assert feature_blocks(make_model("dummy")) == []
    steps = [("pixels", Pixels(4)), ("classifier", LogisticRegression())]
    assert feature_blocks(Pipeline(steps).fit(*mouths(12))) == []


def test_columns_made_typical(model, mouths):
    face = mouths(1, seed=2)[0]
    masks = np.zeros((3, 64), bool)
    masks[1:] = True
    odds = log_odds_with_mean(model, face, {"pixels": masks})
    assert odds[0] == pytest.approx(log_odds_happy(model, face)[0], abs=1e-4)
    assert odds[1] == odds[2] != odds[0]
    again = log_odds_with_mean(model, mouths(1, seed=3)[0], {"pixels": masks})
    hog = log_odds_with_mean(model, face, {"hog": np.ones((1, 648), bool)})
    assert again[1] != odds[1]  # the HOG block is still the face's own
    assert hog[0] not in odds
    left = log_odds_happy(model, face)[0]  # the model is left as it was
    assert left == pytest.approx(odds[0], abs=1e-4)
