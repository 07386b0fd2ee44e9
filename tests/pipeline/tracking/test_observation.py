"""A frame as a tracker looks at it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.detector import Detection, find_faces
from happysad.pipeline.demo.demo_clips import Actor, draw_clip
from happysad.pipeline.tracking.observation import Frame, observe_frame


def seen(actor, size=(640, 360), color=False, seed=0):
    (pixels,) = draw_clip(*size, 1, [actor], seed)
    frame = Frame(pixels, FaceAligner(color=color))
    (detection, *_) = find_faces(frame.gray)
    return pixels, frame, detection


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("side", [130, 180])
def test_the_face_is_what_the_aligner_makes_of_the_whole_frame(side, color):
    pixels, frame, detection = seen(Actor((0.7, 0.4), side=side), color=color)
    face = FaceAligner(color=color).align(pixels if color else frame.gray, detection)
    sight = frame.sight(detection)
    assert np.array_equal(sight.face.crops, face.crops)
    assert np.array_equal(sight.face.landmarks, face.landmarks)
    assert sight.detection == detection


def test_the_eyes_are_where_they_are_in_the_frame():
    _, frame, detection = seen(Actor((0.7, 0.4), side=140))
    (left, right) = frame.sight(detection).eyes
    assert 0.6 * 640 < left[0] < 0.7 * 640 < right[0] < 0.8 * 640
    assert left[1] == pytest.approx(0.4 * 360 - 18, abs=8)
    assert right[1] == pytest.approx(left[1], abs=5)


def test_large_frames_are_shrunk_as_for_a_photo():
    _, frame, detection = seen(Actor((0.5, 0.5), side=500), (1920, 1080))
    face = FaceAligner().align(frame.gray, detection)
    assert np.array_equal(frame.sight(detection).face.crops, face.crops)


def test_a_box_out_of_the_picture_is_no_error():
    _, frame, _ = seen(Actor(side=140))
    for box in ((900, 500, 1000, 600), (-200, -200, -100, -100)):
        assert len(frame.sight(Detection(box, 0.0)).face) == 1


def test_a_face_looks_like_itself_and_not_like_another():
    one = observe_frame(seen_face(Actor(side=140)))
    moved = observe_frame(seen_face(Actor((0.3, 0.6), side=160), seed=5))
    other = observe_frame(seen_face(Actor(side=140, seed=7)))
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-5)
    assert one @ moved > 0.85 > one @ other + 0.1


def test_a_look_is_free_of_brightness_and_contrast():
    face = seen_face(Actor(side=140))
    dim = replace(face, crops=(face.crops // 2 + 20).astype(np.uint8))
    assert observe_frame(face) @ observe_frame(dim) > 0.99
    flat = replace(face, crops=np.full_like(face.crops, 80))
    assert not observe_frame(flat).any()


def seen_face(actor, seed=0):
    _, frame, detection = seen(actor, seed=seed)
    return frame.sight(detection).face
