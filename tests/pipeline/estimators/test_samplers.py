"""Repeated faces, in fit alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from imblearn.pipeline import Pipeline
from sklearn.base import clone
from sklearn.dummy import DummyClassifier

from happysad.features.faces.face_batch import Faces
from happysad.pipeline.estimators.samplers import OversampledFaces

LABELS = np.array(["happy", "sad", "happy", "happy"])


@pytest.fixture
def faces(four_faces: Faces) -> Faces:
    return four_faces


def test_the_rarer_class_is_repeated(faces, same):
    more, labels = OversampledFaces(random_state=0).fit_resample(faces, LABELS)
    same(more[:4], faces)
    assert labels.tolist() == [*LABELS, "sad", "sad"]
    same(more[4:], faces[[1, 1]])
    assert more.keys[4:].tolist() == [faces.keys[1]] * 2
    three, _ = OversampledFaces(random_state=1).fit_resample(faces, np.array([*"aabb"]))
    same(three, faces)


def test_which_are_repeated_is_by_chance_and_the_same_chance(faces):
    many, labels = faces[[0, 1, 2, 3] * 10], np.array(["sad"] * 30 + ["happy"] * 10)
    many = replace(many, keys=np.array([f"{i}" for i in range(40)]))
    one, other, third = (
        OversampledFaces(random_state=state).fit_resample(many, labels)[0].keys.tolist()
        for state in (0, 0, 1)
    )
    assert one == other != third
    assert {int(key) for key in one[40:]} <= set(range(30, 40))


def test_samplers_act_in_fit_alone(faces):
    sampler = OversampledFaces(0)

    class Counted(DummyClassifier):
        def fit(self, X, y):
            self.seen_ = len(X)
            return super().fit(np.zeros((len(y), 1)), y)

        def predict(self, X):
            return super().predict(np.zeros((len(X), 1)))

    model = Pipeline([("sample", clone(sampler)), ("classify", Counted())]).fit(faces, LABELS)
    assert model[-1].seen_ == 6
    assert len(model.predict(faces)) == 4
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        sampler.fit_resample(faces, LABELS[:3])
    with pytest.raises(ValueError, match="'random_state' parameter of OversampledFaces"):
        OversampledFaces("chance").fit_resample(faces, LABELS)
