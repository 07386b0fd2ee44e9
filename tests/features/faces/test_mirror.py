"""Mirror images of faces, and features that are the same for both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import clone

from happysad.features.faces.face_batch import Faces
from happysad.features.faces.mirror import mirrored
from happysad.features.hog import Hog
from happysad.features.landmarks import LandmarkGeometry
from happysad.features.lbp import Lbp
from happysad.features.visual_words import VisualWords


@pytest.fixture
def faces(four_faces: Faces) -> Faces:
    return four_faces


def test_twice_mirrored_is_the_face(faces, same):
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


def test_symmetric_features_are_the_same_in_the_mirror(faces):
    for extractor in (
        Hog(symmetric=True),
        Lbp(symmetric=True),
        VisualWords(symmetric=True),
        LandmarkGeometry(symmetric=True),
    ):
        usual, turned = extractor.transform(faces), extractor.transform(mirrored(faces))
        np.testing.assert_allclose(usual, turned, atol=1e-5)
        plain = clone(extractor).set_params(symmetric=False)
        both = plain.transform(faces), plain.transform(mirrored(faces))
        np.testing.assert_allclose(usual, np.mean(both, axis=0), atol=1e-5)
        assert np.abs(both[0] - both[1]).max() > 0.01
        assert extractor.cache_name() != plain.cache_name()
