"""Inside a fitted model."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.svm import LinearSVC

from happysad.features.faces import FaceAligner
from happysad.features.hog import Hog
from happysad.features.pixels import Pixels
from happysad.pipeline.balance import BalancedClassifier
from happysad.pipeline.block import PrincipalBlock
from happysad.pipeline.cnn import CnnClassifier
from happysad.pipeline.face_model import FaceModel
from happysad.pipeline.fitted_parts import (
    classifier_of,
    descriptions,
    log_odds_happy,
    log_odds_with_typical,
)
from happysad.pipeline.kernel_svm import KernelSvm


def _block(extractor):
    return PrincipalBlock(extractor, 5, random_state=0)


@pytest.fixture(scope="module", params=["as it is", "calibrated"])
def mirrored_model(request, mouths):
    """Built as fusion-svm is: blocks side by side in an SVM; or that within a calibration."""
    faces, labels = mouths(60)
    union = FeatureUnion([("pixels", _block(Pixels(8))), ("hog", _block(Hog(8)))])
    classifier = KernelSvm(union, random_state=0)
    if request.param == "calibrated":
        classifier = CalibratedClassifierCV(classifier, cv=3, ensemble=False)
    model = FaceModel([("faces", FaceAligner()), ("classify", classifier)])
    model[-1].fit(faces, labels)
    return model


def test_log_odds_are_those_of_the_probabilities(mirrored_model, mouths):
    faces, _ = mouths(9, seed=1)
    p = mirrored_model[1:].predict_proba(faces)[:, 0]
    np.testing.assert_allclose(log_odds_happy(mirrored_model, faces), np.log(p / (1 - p)))


@pytest.mark.parametrize(("classifier", "bound"), [(LinearSVC(), 34.6), (CnnClassifier(), 16.2)])
def test_log_odds_of_sure_answers_are_finite(mouths, classifier, bound):
    class Sure:
        classes_ = np.array(["happy", "sad"])
        steps = (("classify", classifier),)

        def __getitem__(self, part):
            return self

        def predict_proba(self, faces):
            return np.array([[1.0, 0.0], [0.0, 1.0]])

    odds = log_odds_happy(Sure(), mouths(2)[0])
    assert odds[0] == -odds[1]
    assert bound - 0.2 < odds[0] < bound


def test_every_extractor_is_found_with_its_training_means(mirrored_model, mouths, mirrored):
    faces, _ = mouths(60)
    found = {type(part.extractor): part for part in descriptions(mirrored_model)}
    assert set(found) == {Pixels, Hog}
    both = np.concatenate([Hog(8).transform(faces), Hog(8).transform(mirrored(faces))])
    np.testing.assert_allclose(found[Hog].typical, both.mean(axis=0), atol=1e-4)
    # The extractor of pixels does not tell what the mirror images' are.
    means = Pixels(8).transform(faces).mean(axis=0)
    np.testing.assert_allclose(found[Pixels].typical, means, atol=1e-4)


def test_an_extractor_without_means_has_none(mouths):
    faces, labels = mouths(12)
    steps = [("describe", Pixels(4)), ("classify", LogisticRegression())]
    model = Pipeline(steps).fit(faces, labels)
    assert descriptions(model)[0].typical is None


def test_columns_made_typical(mirrored_model, mouths):
    face = mouths(1, seed=2)[0]
    space = Pixels(8).space()
    masks = np.zeros((3, 64), bool)
    masks[1:] = True
    odds = log_odds_with_typical(mirrored_model, face, {space: masks})
    assert odds[0] == pytest.approx(log_odds_happy(mirrored_model, face)[0], abs=1e-4)
    assert odds[1] == odds[2] != odds[0]
    again = log_odds_with_typical(mirrored_model, mouths(1, seed=3)[0], {space: masks})
    hog = log_odds_with_typical(mirrored_model, face, {Hog(8).space(): np.ones((1, 648), bool)})
    assert again[1] != odds[1]  # the HOG block is still the face's own
    assert hog[0] not in odds
    left = log_odds_happy(mirrored_model, face)[0]  # the model is left as it was
    assert left == pytest.approx(odds[0], abs=1e-4)


def test_the_classifier_out_of_its_weighting(mouths):
    faces, labels = mouths(12)
    inner = LogisticRegression()
    model = Pipeline([("describe", Pixels(4)), ("classify", BalancedClassifier(inner))])
    model.fit(faces, labels)
    assert hasattr(classifier_of(model), "coef_")
