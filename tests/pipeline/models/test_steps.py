"""The steps of the recipes that join others."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.models.registry import make_model


@pytest.mark.slow
def test_the_stack_is_the_mean_of_both_probabilities():
    images, labels = make_demo_faces(60)
    model = make_model("stack").fit(list(images[:40]), labels[:40])
    faces = model["faces"].transform(list(images[40:]))
    voting = model["classifier"]
    each = [voting.named_estimators_[name].predict_proba(faces) for name in ("handcrafted", "cnn")]
    np.testing.assert_allclose(model.predict_proba(list(images[40:])), np.mean(each, axis=0))
    alone = make_model("texture-svm").fit(list(images[:40]), labels[:40])
    np.testing.assert_allclose(alone.predict_proba(list(images[40:])), each[0], atol=1e-6)
    assert (model.predict(list(images[40:])) == labels[40:]).mean() > 0.8


def test_both_classifiers_of_the_stack_are_balanced():
    model = make_model("stack+class-weight")
    parameters = model.get_params()
    assert parameters["classifier__handcrafted__classifier__class_weight"] == "balanced"
    assert parameters["classifier__cnn__class_weight"] == "balanced"
