"""pipeline/estimators/augmentation.py: changed copies of faces, for learning only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.face_batch import Faces
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.estimators import augmentation
from happysad.pipeline.estimators.augmentation import AugmentedFaces, originals, random_change

N = 21


@pytest.fixture(scope="module")
def faces() -> Faces:
    found = FaceAligner().transform(list(make_demo_faces(N, random_state=3)[0]))
    return replace(found, keys=np.array([f"face {i}" for i in range(N)], found.keys.dtype))


LABELS = np.array(["happy", "sad", "sad"] * 7)


@pytest.mark.parametrize("every", [1, 2, 3])
def test_the_given_faces_come_first_and_copies_after_them(faces, every):
    more, labels = AugmentedFaces(every).fit_resample(faces, LABELS)
    rows = originals(len(more), every)
    assert len(more) == N + -(-N // every)
    np.testing.assert_array_equal(more.crops[:N], faces.crops)
    np.testing.assert_array_equal(rows[:N], np.arange(N))
    np.testing.assert_array_equal(labels, LABELS[rows])
    np.testing.assert_array_equal(more.boxes, faces.boxes[rows])
    assert len(set(more.keys)) == len(more)
    differ = (more.crops[N:] != faces.crops[rows[N:]]).reshape(len(more) - N, -1).mean(1)
    assert (differ > 0.01).all()


def test_the_same_face_gives_the_same_copy_however_it_is_given(faces):
    first, _ = AugmentedFaces().fit_resample(faces, LABELS)
    unknown = replace(faces, keys=np.full(N, "", faces.keys.dtype))
    again, _ = AugmentedFaces().fit_resample(unknown[::-1], LABELS)
    np.testing.assert_array_equal(first.crops[N:], again.crops[N:][::-1])
    assert not any(again.keys)


@pytest.mark.parametrize("change", augmentation._CHANGES)
@pytest.mark.parametrize("shape", [(96, 96), (128, 128, 3)])
def test_each_change_keeps_shape_and_type_and_what_it_is_given(change, shape):
    crop = np.random.default_rng(0).integers(40, 200, shape).astype(np.uint8)
    before = crop.copy()
    made = change(crop, len(crop), np.random.default_rng(1))
    assert (made.shape, made.dtype) == (crop.shape, np.uint8)
    assert (made != before).any()
    np.testing.assert_array_equal(crop, before)


def test_all_changes_are_drawn(monkeypatch: pytest.MonkeyPatch):
    drawn: list[Callable[..., object]] = []
    changes = tuple(lambda crop, *_, one=one: drawn.append(one) or crop for one in range(7))
    assert len(augmentation._CHANGES) == len(changes)
    monkeypatch.setattr(augmentation, "_CHANGES", changes)
    rng = np.random.default_rng(0)
    for _ in range(100):
        random_change(np.zeros((4, 4), np.uint8), rng)
    assert set(drawn) == set(range(7))
