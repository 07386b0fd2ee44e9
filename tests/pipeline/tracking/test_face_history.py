"""One face followed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from happysad.features.faces.detector import Detection
from happysad.pipeline.tracking.face_history import FaceHistory, matched


def sight(x, y=100.0, side=100.0, look=0, score=1.0):
    """A face with its middle at x, y; faces of the same ``look`` are alike, others are not."""
    box = (x - side / 2, y - side / 2, x + side / 2, y + side / 2)
    eyes = np.array([[x - side / 5, y - side / 6], [x + side / 5, y - side / 6]])
    return SimpleNamespace(
        detection=Detection(box, score), middle=np.array([x, y]), side=side, eyes=eyes,
        look=np.eye(8, dtype=np.float32)[look],
    )  # fmt: skip


def walked(places, fps=25.0):
    track = FaceHistory(sight(places[0]), 0.0, 0.4)
    for i, x in enumerate(places[1:], 1):
        track.expect(i / fps)
        track.see(sight(x), i / fps)
    return track


def middle(track):
    return (track.box[0] + track.box[2]) / 2


def test_a_still_face_has_a_still_box_though_the_detector_trembles():
    rng = np.random.default_rng(0)
    places = 200 + rng.normal(0, 4, 60)
    track, boxes = FaceHistory(sight(places[0]), 0.0, 0.4), []
    for i, x in enumerate(places[1:], 1):
        track.expect(i / 25)
        track.see(sight(x), i / 25)
        boxes.append(middle(track))
    assert np.abs(np.diff(boxes)).mean() < 0.8 * np.abs(np.diff(places)).mean()
    assert np.mean(boxes[20:]) == pytest.approx(200, abs=2)


@pytest.mark.parametrize("fps", [5.0, 25.0, 60.0])
def test_a_walking_face_is_expected_where_it_will_be(fps):
    track = walked(100 + 60 / fps * np.arange(round(3 * fps)), fps)  # 60 pixels a second
    before = middle(track)
    track.expect(track.last + 0.5)
    assert middle(track) - before == pytest.approx(30, abs=6)


def test_its_size_follows_slowly():
    track = walked([100.0] * 3)
    track.expect(0.12)
    track.see(sight(100, side=120), 0.12)
    assert 100 < track.box[2] - track.box[0] < 112


def test_its_eyes_say_where_the_box_is():
    track = walked([100.0] * 5)
    track.expect(0.2)
    track.carry(sight(108), 0.2)
    assert 103 < middle(track) <= 108
    assert track.last == 0.2


def test_only_what_overlaps_or_is_near_and_alike_fits():
    track = FaceHistory(sight(100), 0.0, 0.4)
    assert track.affinity(sight(100)) == pytest.approx(2)
    assert track.affinity(sight(110, look=1)) > 0.5
    assert track.affinity(sight(220)) == pytest.approx(1)
    assert track.affinity(sight(220, look=1)) == -1
    assert track.affinity(sight(400)) == -1


def test_faces_keep_their_tracks_by_place_and_by_look():
    left, right = FaceHistory(sight(100, look=0), 0, 0.4), FaceHistory(sight(160, look=1), 0, 0.4)
    one, two = sight(135, look=0), sight(125, look=1)  # they have crossed
    assert matched([left, right], [two, one]) == [(left, one), (right, two)]


def test_what_fits_nobody_stays_alone():
    track, here, there = FaceHistory(sight(100), 0, 0.4), sight(104), sight(500, look=3)
    assert matched([track], [there, here]) == [(track, here)]
    assert matched([track], [there]) == []
    assert matched([track], []) == matched([], [here]) == []


def test_what_is_said_of_it_is_smoothed():
    track = FaceHistory(sight(100), 0.0, 0.4)
    track.ask(0.0, 0.9)
    track.ask(0.04, 0.1)
    assert track.p_raw == 0.1
    assert track.smoother.p_ == pytest.approx(0.5)
    track.expect(0.08)
    assert np.isnan(track.p_raw)


def test_two_frames_of_one_time_are_no_error():
    track = FaceHistory(sight(100), 1.0, 0.4)
    track.expect(1.0)
    track.see(sight(104), 1.0)
    assert np.isfinite(track.box).all()
