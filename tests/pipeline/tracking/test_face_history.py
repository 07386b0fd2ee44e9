"""One face followed."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from happysad.features.faces.detector import Detection
from happysad.pipeline.tracking.face_history import FaceHistory, LogOddsSmoother, match


def seen(x, y=100.0, side=100.0, looks=0, score=1.0):
    """A face with its middle at x, y; faces of the same ``looks`` are alike, others are not."""
    box = (x - side / 2, y - side / 2, x + side / 2, y + side / 2)
    eyes = np.array([[x - side / 5, y - side / 6], [x + side / 5, y - side / 6]])
    return SimpleNamespace(
        detection=Detection(box, score), center=np.array([x, y]), side=side, eyes=eyes,
        appearance=np.eye(8, dtype=np.float32)[looks],
    )  # fmt: skip


def walked(places, fps=25.0):
    track = FaceHistory(seen(places[0]), 0.0)
    for i, x in enumerate(places[1:], 1):
        track.predict(i / fps)
        track.update(seen(x), i / fps)
    return track


def middle(track):
    return (track.box[0] + track.box[2]) / 2


def test_a_still_face_has_a_still_box_though_the_detector_trembles():
    rng = np.random.default_rng(0)
    places = 200 + rng.normal(0, 4, 60)
    track, boxes = FaceHistory(seen(places[0]), 0.0), []
    for i, x in enumerate(places[1:], 1):
        track.predict(i / 25)
        track.update(seen(x), i / 25)
        boxes.append(middle(track))
    assert np.abs(np.diff(boxes)).mean() < 0.8 * np.abs(np.diff(places)).mean()
    assert np.mean(boxes[20:]) == pytest.approx(200, abs=2)


@pytest.mark.parametrize("fps", [5.0, 25.0, 60.0])
def test_a_walking_face_is_expected_where_it_will_be(fps):
    track = walked(100 + 60 / fps * np.arange(round(3 * fps)), fps)  # 60 pixels a second
    before = middle(track)
    track.predict(track.last_seen + 0.5)
    assert middle(track) - before == pytest.approx(30, abs=6)


def test_its_size_follows_slowly():
    track = walked([100.0] * 3)
    track.predict(0.12)
    track.update(seen(100, side=120), 0.12)
    assert 100 < track.box[2] - track.box[0] < 112


def test_its_eyes_say_where_the_box_is():
    track = walked([100.0] * 5)
    track.predict(0.2)
    track.follow_eyes(seen(108), 0.2)
    assert 103 < middle(track) <= 108
    assert track.last_seen == 0.2


def test_only_what_overlaps_or_is_near_and_alike_fits():
    track = FaceHistory(seen(100), 0.0)
    assert track.affinity(seen(100)) == pytest.approx(2)
    assert track.affinity(seen(110, looks=1)) > 0.5
    assert track.affinity(seen(220)) == pytest.approx(1)
    assert track.affinity(seen(220, looks=1)) == -1
    assert track.affinity(seen(400)) == -1


def test_faces_keep_their_tracks_by_place_and_by_look():
    left, right = FaceHistory(seen(100, looks=0), 0), FaceHistory(seen(160, looks=1), 0)
    one, two = seen(135, looks=0), seen(125, looks=1)  # they have crossed
    assert match([left, right], [two, one]) == [(left, one), (right, two)]


def test_what_fits_nobody_stays_alone():
    track, here, there = FaceHistory(seen(100), 0), seen(104), seen(500, looks=3)
    assert match([track], [there, here]) == [(track, here)]
    assert match([track], [there]) == []
    assert match([track], []) == match([], [here]) == []


def test_what_is_said_of_it_is_smoothed():
    track = FaceHistory(seen(100), 0.0)
    track.add_p_happy(0.0, 0.9)
    track.add_p_happy(0.04, 0.1)
    assert track.p_raw == 0.1
    assert track.smoother.p_ == pytest.approx(0.5)
    track.predict(0.08)
    assert np.isnan(track.p_raw)


def test_two_frames_of_one_time_are_no_error():
    track = FaceHistory(seen(100), 1.0)
    track.predict(1.0)
    track.update(seen(104), 1.0)
    assert np.isfinite(track.box).all()


def after(values, fps=25.0):
    smoother = LogOddsSmoother()
    return [smoother.update(i / fps, p) for i, p in enumerate(values)]


def test_a_steady_value_stays_as_it_is():
    assert after([0.8] * 10) == pytest.approx([0.8] * 10)
    assert LogOddsSmoother().p_ == 0.5


def test_one_wrong_frame_does_not_change_the_answer():
    assert min(after([0.95] * 20 + [0.01] + [0.95] * 5)) > 0.8


def test_a_change_is_followed_within_a_second():
    smoothed = after([0.95] * 25 + [0.05] * 25)
    assert smoothed[24] > 0.9
    assert smoothed[-1] < 0.15
    assert all(one >= other for one, other in pairwise(smoothed[24:]))


def test_the_rate_of_frames_does_not_matter():
    slow, fast = after([0.9] * 10 + [0.1] * 5, 10.0), after([0.9] * 60 + [0.1] * 30, 60.0)
    assert slow[-1] == pytest.approx(fast[-1], abs=0.03)


def test_the_first_frame_is_no_surer_than_the_second():
    assert after([0.9, 0.1])[-1] == pytest.approx(0.5)


def test_no_frame_is_sure_beyond_measure():
    assert after([1.0, 0.0])[-1] == pytest.approx(0.5)
    assert 0 < after([0.0])[-1] < 0.01


def test_times_that_stand_still_do_no_harm():
    smoother = LogOddsSmoother()
    smoothed = [smoother.update(1.0, p) for p in (0.9, 0.9, 0.1)]
    assert 0.5 < smoothed[-1] < 0.9


def test_a_longer_window_follows_later():
    quick, slow = LogOddsSmoother(0.1), LogOddsSmoother(2.0)
    for i in range(50):
        for smoother in (quick, slow):
            smoother.update(i / 25, 0.9 if i < 40 else 0.1)
    assert quick.p_ < 0.2 < slow.p_
