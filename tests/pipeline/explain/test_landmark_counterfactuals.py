"""Landmarks moved on purpose."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.mirror import SWAPPED
from happysad.features.landmarks import EXPRESSIONS, normalised_shape
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.explain.landmark_counterfactuals import (
    DESCRIPTIONS,
    in_pixels,
    with_measure,
    with_typical,
)


@pytest.fixture(scope="module")
def landmarks():
    images, _ = make_demo_faces(2, random_state=4)
    return FaceAligner().transform(list(images)).landmarks


def test_a_measure_is_set_and_faces_turn_alike_in_the_mirror(landmarks):
    shape, flip = normalised_shape(landmarks)[0], np.array([-1, 1])
    for name, measure in EXPRESSIONS.items():
        value = float(measure(shape[None])[0]) + 0.05
        moved = with_measure(shape, name, value)
        assert float(measure(moved[None])[0]) == pytest.approx(value, abs=1e-6), name
        again = normalised_shape(in_pixels(moved, landmarks[0])[None])[0]
        assert float(measure(again[None])[0]) == pytest.approx(value, abs=1e-4), name  # eyes stay
        mirrored = with_measure(shape[SWAPPED] * flip, name, value)
        np.testing.assert_allclose(mirrored[SWAPPED] * flip, moved, atol=1e-6, err_msg=name)


def test_other_parts_stay_where_they_are(landmarks):
    shape = normalised_shape(landmarks)[0]
    assert (with_measure(shape, "mouth_width", 2.0)[:48] == shape[:48]).all()
    assert (with_measure(shape, "brow_height", 1.0)[27:] == shape[27:]).all()


def test_a_mouth_of_no_width_is_left_as_it_is():
    shape = np.zeros((68, 2))
    assert (with_measure(shape, "mouth_width", 1.0) == 0).all()


def test_there_and_back(landmarks):
    np.testing.assert_allclose(
        in_pixels(normalised_shape(landmarks)[1], landmarks[1]), landmarks[1], atol=1e-3
    )


def test_a_typical_part_lies_on_the_rest_whatever_the_frame(landmarks):
    shape = normalised_shape(landmarks)[0]
    share = np.zeros(68)
    share[48:] = 1
    turned = landmarks[0] @ np.array([[0.8, -0.6], [0.6, 0.8]]) * 3 + 50
    broken = turned.copy()
    broken[48:] = 0
    np.testing.assert_allclose(with_typical(broken, shape, share), turned, atol=0.5)
    half = with_typical(broken, shape, share / 2)
    np.testing.assert_allclose(half[:48], broken[:48])
    assert (np.abs(half[48:] - broken[48:]) > 10).all()


def test_descriptions_of_every_measure():
    assert set(DESCRIPTIONS) == set(EXPRESSIONS)
    assert all(high != low for high, low in DESCRIPTIONS.values())
