"""Where a frame is searched."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.experiments.demo_clips import Actor, draw_clip
from happysad.features.detect import Detection
from happysad.features.images import to_gray
from happysad.pipeline import face_search
from happysad.pipeline.face_search import FaceSearch, everywhere, nearby, overlap, unique


def gray(width, height, *actors):
    (frame,) = draw_clip(width, height, 1, actors)
    return to_gray(frame)


@pytest.fixture
def searched(monkeypatch):
    """``("quick" or "full")`` for each search of a whole frame; nothing is found."""
    told = []

    def note(pixels, threshold, quick):
        told.append("quick" if quick else "full")
        return []

    monkeypatch.setattr(face_search, "everywhere", note)
    return told


def test_a_face_is_found_near_its_box_and_nowhere_else():
    pixels = gray(640, 360, Actor((0.3, 0.5), side=140), Actor((0.8, 0.5), side=140, seed=4))
    (whole, _) = sorted(everywhere(pixels, 0.0, True))
    shifted = tuple(v + 20 for v in whole.box)
    (found,) = nearby(pixels, shifted, 0.0)
    assert overlap(found.box, whole.box) > 0.7
    assert nearby(pixels, (280, 20, 380, 120), 0.0) == []


@pytest.mark.parametrize("side", [90, 140, 300])
def test_near_a_box_faces_of_every_size_are_found(side):
    pixels = gray(640, 480, Actor(side=side))
    half = 0.4 * side
    (found,) = nearby(pixels, (320 - half, 240 - half, 320 + half, 240 + half), 0.0)
    assert found.box[2] - found.box[0] == pytest.approx(0.85 * side, rel=0.25)


def test_boxes_that_have_left_the_picture_hold_nothing():
    pixels = gray(320, 240, Actor(side=130))
    assert nearby(pixels, (400, 50, 500, 150), 0.0) == []
    assert nearby(pixels, (-300, -300, -200, -200), 0.0) == []


def test_the_quick_search_misses_small_faces_and_the_full_one_finds_them():
    pixels = gray(1280, 720, Actor(side=110))
    assert everywhere(pixels, 0.0, quick=True) == []
    (found,) = everywhere(pixels, 0.0, quick=False)
    assert overlap(found.box, (590, 310, 690, 410)) > 0.5


def test_small_frames_are_enlarged():
    assert len(everywhere(gray(120, 90, Actor(side=80)), 0.0, quick=True)) == 1


def test_of_boxes_that_overlap_the_surest_stays():
    sure, doubtful = Detection((0, 0, 10, 10), 1.0), Detection((1, 1, 11, 11), 0.1)
    apart = Detection((20, 0, 30, 10), 0.5)
    assert unique([doubtful, apart, sure]) == [sure, apart]


def test_overlap():
    assert overlap((0, 0, 2, 2), (0, 0, 2, 2)) == 1
    assert overlap((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 2, 2), (2, 0, 4, 2)) == 0


def test_an_empty_room_is_searched_in_every_frame(searched):
    search, pixels = FaceSearch(), np.zeros((360, 640), np.uint8)
    for i in range(5):
        search.faces(pixels, [], i / 25)
    assert searched == ["quick"] * 5


def test_with_a_known_face_the_whole_frame_is_searched_now_and_then(searched, monkeypatch):
    known = Detection((100, 100, 200, 200), 1.0)
    monkeypatch.setattr(face_search, "nearby", lambda *args: [known])
    search, pixels = FaceSearch(quick_s=0.2, full_s=0.5), np.zeros((720, 1280), np.uint8)
    for i in range(26):
        assert search.faces(pixels, [known.box], i / 25) == [known]
    assert searched == ["full", "quick", "quick", "full", "quick", "quick"]


def test_where_a_known_face_is_missing_it_is_searched_at_once(searched):
    search, pixels = FaceSearch(), np.zeros((360, 640), np.uint8)
    for i in range(3):
        search.faces(pixels, [(100, 100, 200, 200)], i / 25)
    assert searched == ["quick"] * 3
