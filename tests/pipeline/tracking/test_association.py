"""Where a frame is searched."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.features.faces.detector import MIN_SCORE, Detection, find_faces
from happysad.pipeline.demo.demo_clips import Actor, draw_clip
from happysad.pipeline.tracking import association as face_search
from happysad.pipeline.tracking.association import (
    KNOWN_FACE,
    FaceAssociation,
    nearby,
    overlap,
    unique,
)
from happysad.utils.image_decoding import to_gray


def gray(width, height, *actors):
    (frame,) = draw_clip(width, height, 1, actors)
    return to_gray(frame)


@pytest.fixture
def searched(monkeypatch):
    """The lowest score of each search; nothing is found."""
    told = []
    monkeypatch.setattr(face_search, "find_faces", lambda pixels, least: told.append(least) or [])
    return told


def test_a_face_is_found_near_its_box_and_nowhere_else():
    pixels = gray(640, 360, Actor((0.3, 0.5), side=140), Actor((0.8, 0.5), side=140, seed=4))
    (whole, _) = sorted(find_faces(pixels))
    shifted = tuple(v + 20 for v in whole.box)
    (found,) = nearby(pixels, shifted, KNOWN_FACE)
    assert overlap(found.box, whole.box) > 0.7
    assert nearby(pixels, (280, 20, 380, 120), KNOWN_FACE) == []


def test_near_a_box_faces_of_every_size_are_found():
    for side in (50, 90, 140, 300):
        pixels = gray(640, 480, Actor(side=side))
        half = 0.4 * side
        box = (320 - half, 240 - half, 320 + half, 240 + half)
        (found,) = nearby(pixels, box, KNOWN_FACE)
        assert found.box[2] - found.box[0] == pytest.approx(0.85 * side, rel=0.25), side


def test_boxes_that_have_left_the_picture_hold_nothing():
    pixels = gray(320, 240, Actor(side=130))
    assert nearby(pixels, (400, 50, 500, 150), KNOWN_FACE) == []
    assert nearby(pixels, (-300, -300, -200, -200), KNOWN_FACE) == []


def test_faces_are_found_in_large_and_in_small_frames():
    (found,) = FaceAssociation().faces(gray(1280, 720, Actor(side=90)), [], 0.0)
    assert overlap(found.box, (601, 321, 679, 399)) > 0.4
    assert len(FaceAssociation().faces(gray(120, 90, Actor(side=80)), [], 0.0)) == 1


def test_of_boxes_that_overlap_the_surest_stays():
    sure, doubtful = Detection((0, 0, 10, 10), 1.0), Detection((1, 1, 11, 11), 0.1)
    apart = Detection((20, 0, 30, 10), 0.5)
    assert unique([doubtful, apart, sure]) == [sure, apart]


def test_overlap():
    assert overlap((0, 0, 2, 2), (0, 0, 2, 2)) == 1
    assert overlap((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 2, 2), (2, 0, 4, 2)) == 0


def test_an_empty_room_is_searched_in_every_frame(searched):
    search, pixels = FaceAssociation(min_score=0.7), np.zeros((360, 640), np.uint8)
    for i in range(5):
        search.faces(pixels, [], i / 25)
    assert searched == [0.7] * 5


def test_with_a_known_face_the_whole_frame_is_searched_now_and_then(searched, monkeypatch):
    known = Detection((100, 100, 200, 200), 1.0)
    monkeypatch.setattr(face_search, "nearby", lambda *args: [known])
    search, pixels = FaceAssociation(search_s=0.19), np.zeros((720, 1280), np.uint8)
    for i in range(26):
        before = len(searched)
        assert search.faces(pixels, [known.box], i / 25) == [known]
        assert len(searched) - before == (i % 5 == 0)


def test_where_a_known_face_is_missing_it_is_searched_at_once(searched):
    search, pixels = FaceAssociation(), np.zeros((360, 640), np.uint8)
    for i in range(3):
        search.faces(pixels, [(100, 100, 200, 200)], i / 25)
    assert searched == [KNOWN_FACE, MIN_SCORE] * 3


def test_who_asks_for_less_gets_less_near_known_faces_too(searched):
    FaceAssociation(min_score=0.2).faces(
        np.zeros((360, 640), np.uint8), [(100, 100, 200, 200)], 0.0
    )
    assert searched == [0.2, 0.2]
