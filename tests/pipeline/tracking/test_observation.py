"""Where a frame is searched, and the faces that are observed there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.detector import MIN_SCORE, Detection, find_faces
from happysad.pipeline.demo.demo_clips import Actor, draw_clip
from happysad.pipeline.tracking import observation
from happysad.pipeline.tracking.observation import (
    KNOWN_FACE_SCORE,
    FaceSearch,
    Frame,
    appearance,
    find_near,
    overlap,
    unique,
)
from happysad.utils.image_decoding import to_gray


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
    observed = frame.observe(detection)
    assert np.array_equal(observed.face.crops, face.crops)
    assert np.array_equal(observed.face.landmarks, face.landmarks)
    assert observed.detection == detection


def test_the_eyes_are_where_they_are_in_the_frame():
    _, frame, detection = seen(Actor((0.7, 0.4), side=140))
    (left, right) = frame.observe(detection).eyes
    assert 0.6 * 640 < left[0] < 0.7 * 640 < right[0] < 0.8 * 640
    assert left[1] == pytest.approx(0.4 * 360 - 18, abs=8)
    assert right[1] == pytest.approx(left[1], abs=5)


def test_large_frames_are_shrunk_as_for_a_photo():
    _, frame, detection = seen(Actor((0.5, 0.5), side=500), (1920, 1080))
    face = FaceAligner().align(frame.gray, detection)
    assert np.array_equal(frame.observe(detection).face.crops, face.crops)


def test_a_box_out_of_the_picture_is_no_error():
    _, frame, _ = seen(Actor(side=140))
    for box in ((900, 500, 1000, 600), (-200, -200, -100, -100)):
        assert len(frame.observe(Detection(box, 0.0)).face) == 1


def test_a_face_looks_like_itself_and_not_like_another():
    one = appearance(seen_face(Actor(side=140)))
    moved = appearance(seen_face(Actor((0.3, 0.6), side=160), seed=5))
    other = appearance(seen_face(Actor(side=140, seed=7)))
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-5)
    assert one @ moved > 0.85 > one @ other + 0.1


def test_a_look_is_free_of_brightness_and_contrast():
    face = seen_face(Actor(side=140))
    dim = replace(face, crops=(face.crops // 2 + 20).astype(np.uint8))
    assert appearance(face) @ appearance(dim) > 0.99
    flat = replace(face, crops=np.full_like(face.crops, 80))
    assert not appearance(flat).any()


def seen_face(actor, seed=0):
    _, frame, detection = seen(actor, seed=seed)
    return frame.observe(detection).face


def gray(width, height, *actors):
    (frame,) = draw_clip(width, height, 1, actors)
    return to_gray(frame)


@pytest.fixture
def searched(monkeypatch):
    """The lowest score of each search; nothing is found."""
    scores = []
    monkeypatch.setattr(
        observation, "find_faces", lambda pixels, least, *_: scores.append(least) or []
    )
    return scores


def test_a_face_is_found_near_its_box_and_nowhere_else():
    pixels = gray(640, 360, Actor((0.3, 0.5), side=140), Actor((0.8, 0.5), side=140, seed=4))
    (whole, _) = sorted(find_faces(pixels))
    shifted = tuple(v + 20 for v in whole.box)
    (found,) = find_near(pixels, shifted, KNOWN_FACE_SCORE)
    assert overlap(found.box, whole.box) > 0.7
    assert find_near(pixels, (280, 20, 380, 120), KNOWN_FACE_SCORE) == []


def test_near_a_box_faces_of_every_size_are_found():
    for side in (50, 90, 140, 300):
        pixels = gray(640, 480, Actor(side=side))
        half = 0.4 * side
        box = (320 - half, 240 - half, 320 + half, 240 + half)
        (found,) = find_near(pixels, box, KNOWN_FACE_SCORE)
        assert found.box[2] - found.box[0] == pytest.approx(0.85 * side, rel=0.25), side


def test_boxes_that_have_left_the_picture_hold_nothing():
    pixels = gray(320, 240, Actor(side=130))
    assert find_near(pixels, (400, 50, 500, 150), KNOWN_FACE_SCORE) == []
    assert find_near(pixels, (-300, -300, -200, -200), KNOWN_FACE_SCORE) == []


def test_faces_are_found_in_large_and_in_small_frames():
    (found,) = FaceSearch().find(gray(1280, 720, Actor(side=90)), [], 0.0)
    assert overlap(found.box, (601, 321, 679, 399)) > 0.4
    assert len(FaceSearch().find(gray(120, 90, Actor(side=80)), [], 0.0)) == 1


def test_of_boxes_that_overlap_the_surest_stays():
    sure, doubtful = Detection((0, 0, 10, 10), 1.0), Detection((1, 1, 11, 11), 0.1)
    apart = Detection((20, 0, 30, 10), 0.5)
    assert unique([doubtful, apart, sure]) == [sure, apart]


def test_overlap():
    assert overlap((0, 0, 2, 2), (0, 0, 2, 2)) == 1
    assert overlap((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 2, 2), (2, 0, 4, 2)) == 0


def test_an_empty_room_is_searched_in_every_frame(searched):
    search, pixels = FaceSearch(min_score=0.7), np.zeros((360, 640), np.uint8)
    for i in range(5):
        search.find(pixels, [], i / 25)
    assert searched == [0.7] * 5


def test_with_a_known_face_the_whole_frame_is_searched_now_and_then(searched, monkeypatch):
    known = Detection((100, 100, 200, 200), 1.0)
    monkeypatch.setattr(observation, "find_near", lambda *args: [known])
    search, pixels = FaceSearch(), np.zeros((720, 1280), np.uint8)
    for i in range(26):
        before = len(searched)
        assert search.find(pixels, [known.box], i / 10) == [known]
        assert len(searched) - before == (i % 5 == 0)


def test_where_a_known_face_is_missing_it_is_searched_at_once(searched):
    search, pixels = FaceSearch(), np.zeros((360, 640), np.uint8)
    for i in range(3):
        search.find(pixels, [(100, 100, 200, 200)], i / 25)
    assert searched == [KNOWN_FACE_SCORE, MIN_SCORE] * 3


def test_who_asks_for_less_gets_less_near_known_faces_too(searched):
    FaceSearch(min_score=0.2).find(np.zeros((360, 640), np.uint8), [(100, 100, 200, 200)], 0.0)
    assert searched == [0.2, 0.2]
