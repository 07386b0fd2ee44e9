"""Logistic regression on pixels explained exactly, other models by covering a face."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.face_batch import Faces
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.explain.attribution_maps import (
    blank,
    cover,
    linear_terms,
    occlusion_map,
    patch_masks,
    resample,
)
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


def test_other_models_are_not(mouths):
    face = mouths(1)[0]
    for name in ("hog-svm", "dummy", "landmarks-gb", "fusion-svm"):
        assert linear_terms(make_model(name), face) is None, name


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


def demo_faces(n):
    images, labels = make_demo_faces(n, random_state=11)
    return FaceAligner(predictor="5").transform(list(images)), labels


@pytest.fixture(scope="module")
def face():
    return demo_faces(2)[0][0]


class BrightMouth:
    """Says happy the more, the brighter the crop is where a mouth is."""

    classes_ = np.array(["happy", "sad"])
    steps = (("classifier", None),)

    def __getitem__(self, part):
        return self

    def predict_proba(self, faces: Faces):
        score = faces.crops[:, 68:80, 36:60].mean(axis=(1, 2)) / 64 - 2
        happy = 1 / (1 + np.exp(-score))
        return np.column_stack([happy, 1 - happy])


def test_what_matters_is_found_with_its_sign(face):
    for level, sign in ((255, 1), (0, -1)):
        crop = np.full_like(face.crops, 128)
        crop[:, 68:80, 36:60] = level
        heat = sign * occlusion_map(BrightMouth(), replace(face, crops=crop))
        y, x = np.unravel_index(heat.argmax(), heat.shape)
        assert 62 <= y < 86
        assert 30 <= x < 66
        assert heat.max() > 0.5
        np.testing.assert_allclose(heat[:30], 0, atol=0.1)


@pytest.mark.slow
def test_the_mouth_matters_more_than_a_corner_of_the_cheek():
    faces, labels = demo_faces(140)
    model = make_model("hog-svm", random_state=0)
    model.set_params(features__hog__extract__cell=8)  # cells of 12 blur the map
    model[1:].fit(faces[:120], labels[:120])
    heat = np.mean([np.abs(occlusion_map(model, face)) for face in faces[120:128]], axis=0)
    mouth, corners = heat[64:84, 32:64].mean(), heat[:, [*range(10), *range(86, 96)]]
    assert mouth > 1.5 * corners[48:68].mean()


def test_patches_cover_all_with_soft_edges():
    masks = patch_masks(96, 1 / 4, steps=6)
    assert masks.shape == (49, 96, 96)
    assert masks.dtype == np.float32
    assert (masks.sum(axis=0) > 0.5).all()
    middle = masks[24]
    assert middle[48, 48] == 1
    assert (middle[48] > 0.5).sum() == 24
    assert np.abs(np.diff(middle[48])).max() < 0.2


def test_a_cover_hides_features_but_not_the_light(face):
    crop = face.crops[0]
    hidden = blank(crop)
    assert hidden.mean() == pytest.approx(crop.mean(), abs=3)
    small = hidden.reshape(12, 8, 12, 8).mean(axis=(1, 3))
    seen = crop.reshape(12, 8, 12, 8).mean(axis=(1, 3))
    assert np.abs(np.diff(small)).mean() < 0.5 * np.abs(np.diff(seen)).mean()


def test_what_is_not_covered_stays_and_nothing_comes_from_a_cache(face):
    face = replace(face, keys=np.array(["abc"]))
    masks = np.zeros((2, 96, 96), np.float32)
    masks[1, :48] = 1
    covered = cover(face, masks)
    assert (covered.crops[0] == face.crops[0]).all()
    assert (covered.crops[1, 48:] == face.crops[0, 48:]).all()
    assert (covered.crops[1, :48] != face.crops[0, :48]).mean() > 0.9
    assert (covered.keys == "").all()
    assert np.isnan(covered.landmarks).all()


def test_faces_in_colour_are_covered_too(mouths):
    face = mouths(1, size=96, color=True)[0]
    covered = cover(face, np.ones((1, 96, 96), np.float32))
    assert covered.crops.shape == (1, 96, 96, 3)
    assert np.ptp(covered.crops[0].astype(float).mean(axis=2)) < np.ptp(face.crops[0])


def test_covered_landmarks_go_to_the_typical_place():
    images, _ = make_demo_faces(2, random_state=4)
    faces = FaceAligner().transform(list(images))
    face, typical = faces[0], faces.landmarks[1].astype(float)
    masks = np.zeros((2, 96, 96), np.float32)
    masks[0, int(face.landmarks[0, 17:31, 1].max()) + 2 :] = 1
    landmarks = cover(face, masks, typical).landmarks
    np.testing.assert_allclose(landmarks[1], face.landmarks[0], atol=1e-4)
    np.testing.assert_allclose(landmarks[0, 17:31], face.landmarks[0, 17:31], atol=1e-4)
    assert np.abs(landmarks[0, 48:] - face.landmarks[0, 48:]).max() > 1
    # The covered mouth and chin have the typical shape: distances within keep their proportions.
    first, other = np.diff(landmarks[0, 48:], axis=0), np.diff(typical[48:], axis=0)
    ratio = np.hypot(*first.T) / np.hypot(*other.T)
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-3)
