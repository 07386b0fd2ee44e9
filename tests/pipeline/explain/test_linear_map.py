"""Logistic regression on pixels, explained exactly."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.pipeline.explain.linear_map import is_linear, linear_terms, resample
from happysad.pipeline.models.registry import make_model


@pytest.fixture(scope="module")
def model(mouths):
    made = make_model("pixels-logreg", random_state=0)
    made[1:].fit(*mouths(40, size=48))
    return made


def test_the_terms_sum_to_the_logit_of_the_model(model, mouths):
    faces, _ = mouths(5, seed=3, size=48)
    logits = -model[1:].decision_function(faces)  # its second class is sad
    for face, logit in zip(faces, logits, strict=True):
        terms, intercept = linear_terms(model, face)
        assert terms.shape == (24, 24)
        assert terms.sum() + intercept == pytest.approx(logit, abs=1e-6)
        assert resample(terms, 48).sum() + intercept == pytest.approx(logit, abs=1e-6)


def test_a_pixel_as_usual_adds_nothing(model, mouths):
    face = mouths(1, size=48)[0]
    usual = (model["features"]["pixels"]["scale"].mean_ * 255).reshape(24, 24)
    face.crops[0] = np.kron(usual, np.ones((2, 2))).round().astype(np.uint8)
    assert np.abs(linear_terms(model, face)[0]).max() < 0.01


def test_a_weighted_classifier_is_linear_too(model, mouths):
    balanced = make_model("pixels-logreg+class-weight", random_state=0)
    assert balanced[-1].class_weight == "balanced"
    balanced[1:].fit(*mouths(40, size=48))
    face = mouths(1, seed=9, size=48)[0]
    terms, intercept = linear_terms(balanced, face)
    p = balanced[1:].predict_proba(face)[0, 0]
    assert terms.sum() + intercept == pytest.approx(np.log(p / (1 - p)), abs=1e-6)


def test_other_models_are_not():
    for name in ("hog-svm", "dummy", "landmarks-gb", "fusion-svm"):
        assert not is_linear(make_model(name)), name


def test_resampling_keeps_the_sum_and_the_place():
    terms = np.zeros((24, 24))
    terms[3, 20] = 2.0
    for size in (24, 96, 50, 10):
        heat = resample(terms, size)
        assert heat.shape == (size, size)
        assert heat.sum() == pytest.approx(2.0), size
        y, x = np.argwhere(heat > 0).mean(axis=0)
        assert y == pytest.approx(3.5 / 24 * size - 0.5, abs=0.6), size
        assert x == pytest.approx(20.5 / 24 * size - 0.5, abs=0.6), size
