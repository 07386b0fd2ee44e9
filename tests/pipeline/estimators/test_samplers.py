"""Mirrored and repeated faces, in fit alone."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from imblearn.pipeline import Pipeline
from sklearn.base import clone
from sklearn.dummy import DummyClassifier

from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.face_batch import Faces
from happysad.features.hog import Hog
from happysad.features.landmarks import LandmarkGeometry
from happysad.pipeline.estimators.samplers import MirroredCopies, OversampledFaces, mirrored

LABELS = np.array(["happy", "sad", "happy", "happy"])


@pytest.fixture(scope="module")
def faces(photo) -> Faces:
    """A face four times over, in crops and under keys of their own."""
    (face,) = FaceAligner().transform([photo])
    four = Faces.concatenate([face] * 4)
    crops = four.crops // np.arange(1, 5, dtype=np.uint8)[:, None, None]
    return replace(four, crops=crops, keys=np.array([f"{i:064x}" for i in range(4)]))


def same(one: Faces, other: Faces) -> None:
    for field in fields(Faces):
        if field.name != "keys":
            np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))


def test_twice_mirrored_is_the_face(faces):
    once = mirrored(faces)
    twice = mirrored(once)
    np.testing.assert_allclose(twice.landmarks, faces.landmarks, atol=1e-4)
    same(replace(twice, landmarks=faces.landmarks), faces)
    np.testing.assert_array_equal(once.crops, faces.crops[:, :, ::-1])
    assert (once.crops != faces.crops).any(axis=(1, 2)).all()
    keys = {*faces.keys, *once.keys, *mirrored(once).keys}
    assert len(keys) == 12  # features of one are never taken for those of another
    assert mirrored(replace(faces, keys=np.full(4, ""))).keys.tolist() == [""] * 4


def test_the_left_of_a_mirrored_face_is_left(faces):
    for points in (faces.landmarks, mirrored(faces).landmarks):
        left, right = points[:, 36:42, 0].mean(axis=1), points[:, 42:48, 0].mean(axis=1)
        assert (left < right).all()
        assert (points[:, 48, 0] < points[:, 54, 0]).all()
        assert (points[:, 0, 0] < points[:, 16, 0]).all()


def test_features_of_a_mirrored_face_are_those_of_the_other_side(faces):
    other = mirrored(faces)
    geometry = LandmarkGeometry()
    names = geometry.get_feature_names_out().tolist()
    usual, turned = geometry.transform(faces), geometry.transform(other)
    for name in ("mouth_corner_lift", "mouth_width", "brow_height", "mouth_slant"):
        column = names.index(name)
        np.testing.assert_allclose(turned[:, column], usual[:, column], atol=1e-5)
    one, two = names.index("landmark_48_x"), names.index("landmark_54_x")
    np.testing.assert_allclose(turned[:, one], -usual[:, two], atol=1e-5)
    bins = (8 - np.arange(18)) % 18  # a direction a becomes 180 - a
    usual, turned = (Hog().transform(f).reshape(4, 7, 7, 2, 2, 18) for f in (faces, other))
    expected = usual[:, ::-1, :, ::-1][..., bins]  # block and cell columns
    assert np.corrcoef(turned.ravel(), expected.ravel())[0, 1] > 0.98


def test_the_copies_follow_the_faces(faces):
    more, labels = MirroredCopies().fit_resample(faces, LABELS)
    same(more[:4], faces)
    same(more[4:], mirrored(faces))
    assert more.keys[:4].tolist() == faces.keys.tolist()
    assert labels.tolist() == LABELS.tolist() * 2


def test_the_rarer_class_is_repeated(faces):
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


@pytest.mark.parametrize("sampler", [MirroredCopies(), OversampledFaces(0)], ids=repr)
def test_samplers_act_in_fit_alone(sampler, faces):
    class Counted(DummyClassifier):
        def fit(self, X, y):
            self.seen_ = len(X)
            return super().fit(np.zeros((len(y), 1)), y)

        def predict(self, X):
            return super().predict(np.zeros((len(X), 1)))

    model = Pipeline([("sample", clone(sampler)), ("classify", Counted())]).fit(faces, LABELS)
    assert model[-1].seen_ == (8 if isinstance(sampler, MirroredCopies) else 6)
    assert len(model.predict(faces)) == 4
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        sampler.fit_resample(faces, LABELS[:3])
    with pytest.raises(ValueError, match="'random_state' parameter of OversampledFaces"):
        OversampledFaces("chance").fit_resample(faces, LABELS)
