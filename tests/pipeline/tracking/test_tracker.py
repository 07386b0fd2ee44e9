"""Faces followed through a clip."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from happysad.pipeline.demo.demo_clips import Actor, draw_clip
from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.model_files.model_file import load_model
from happysad.pipeline.tracking import observation, tracker
from happysad.pipeline.tracking.tracker import FaceTracker
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import ImageError

LEFT, RIGHT = (0.25, 0.5), (0.75, 0.5)


@pytest.fixture(scope="module")
def model(model_file):
    return load_model(model_file)


@pytest.fixture
def follow(model):
    """``follow(actors, n_frames, ...)``: the answers of each frame of a drawn clip."""

    def run(actors, n_frames=12, size=(480, 270), fps=25.0, **settings):
        tracker = FaceTracker(model, **settings)
        frames = draw_clip(*size, n_frames, actors)
        return [tracker.update(frame, i / fps) for i, frame in enumerate(frames)]

    return run


def numbers(answers):
    return [[face.track for face in faces] for faces in answers]


def middle(face):
    return (face.box[0] + face.box[2]) / 2


def test_a_face_is_followed_from_the_first_frame_to_the_last(follow):
    answers = follow([Actor(LEFT, RIGHT, 130)], 25)
    assert numbers(answers) == [[1]] * 25
    places = [middle(face) for (face,) in answers]
    assert places == pytest.approx(np.linspace(120, 360, 25), abs=14)
    assert min(b - a for a, b in pairwise(places)) > 0  # it does not tremble back


def test_the_answer_changes_when_the_face_does(follow):
    moods = ((0.0, "happy"), (0.5, "sad"))
    answers = [face for (face,) in follow([Actor(side=140, moods=moods)], 40)]
    assert [face.label for face in answers[:20]] == ["happy"] * 20
    assert answers[-1].label == "sad"
    assert answers[20].p_raw < 0.5 < answers[20].p_happy  # one frame does not decide
    p = [face.p_happy for face in answers[20:]]
    assert max(b - a for a, b in pairwise(p)) < 0.02


def test_between_the_thresholds_it_is_unsure(follow):
    labels = [f.label for (f,) in follow([Actor(side=140)], 3, band=RejectBand(0.0, 1.01))]
    assert labels == ["unsure"] * 3


def test_a_room_without_faces(follow):
    assert numbers(follow([], 5)) == [[]] * 5


def test_two_faces_are_numbered_and_classified_at_once(follow, monkeypatch):
    sizes = []
    usual = tracker.predict_p_happy
    monkeypatch.setattr(
        tracker, "predict_p_happy", lambda m, f: sizes.append(len(f)) or usual(m, f)
    )
    actors = [Actor(LEFT, LEFT, 130), Actor(RIGHT, RIGHT, 130, ((0.0, "sad"),), seed=6)]
    answers = follow(actors, 6)
    assert numbers(answers) == [[1, 2]] * 6
    assert sizes == [2] * 6
    labels = {faces[k].label for faces in answers for k in (0, 1) if middle(faces[k]) < 240}
    assert labels == {"happy"}


@pytest.mark.slow
def test_faces_that_cross_keep_their_numbers(follow):
    there, back = (0.2, 0.5), (0.8, 0.5)
    actors = [Actor(there, back, 130), Actor(back, there, 130, ((0.0, "sad"),), seed=6)]
    answers = follow(actors, 50, (640, 270))
    assert {track for faces in answers for track in numbers([faces])[0]} == {1, 2}
    sides = [{f.track: middle(f) > 320 for f in answers[i]} for i in (0, -1)]
    assert sides[0][1] != sides[1][1]
    assert sides[0][2] != sides[1][2]


def test_who_comes_after_another_gets_another_number(follow):
    actors = [Actor(LEFT, LEFT, 130, there=(0.0, 0.3)), Actor(RIGHT, RIGHT, 130, there=(0.7, 1.0))]
    answers = numbers(follow(actors, 30))
    assert answers[:9] == [[1]] * 9
    assert answers[9:20] == [[]] * 11  # nobody is said to be there who is not
    assert answers[-8:] == [[2]] * 8


@pytest.mark.parametrize(("gone", "number"), [(0.3, 1), (1.0, 2)])
def test_after_a_short_time_it_is_the_same_face(follow, gone, number):
    n = 50
    first, again = 10 / (n - 1), (10 + gone * 25) / (n - 1)
    actors = [Actor(side=130, there=(0.0, first)), Actor(side=130, there=(again, 1.0))]
    assert numbers(follow(actors, n))[-1] == [number]


def test_a_face_that_the_detector_misses_is_followed_by_its_eyes(model, monkeypatch):
    tracker, answers = FaceTracker(model), []
    frames = list(draw_clip(480, 270, 16, [Actor((0.4, 0.5), (0.6, 0.5), 130)]))
    for i, frame in enumerate(frames):
        if i == 8:
            monkeypatch.setattr(observation, "find_faces", lambda *args: [])
        answers.append(tracker.update(frame, i / 25))
    assert numbers(answers) == [[1]] * 16
    missed = [face for (face,) in answers[8:]]
    assert all(np.isnan(face.p_raw) and face.p_happy == answers[7][0].p_happy for face in missed)
    assert [middle(f) for f in missed] == pytest.approx(np.linspace(243, 288, 8), abs=14)
    empty = list(draw_clip(480, 270, 2, []))
    assert tracker.update(empty[0], 16 / 25) == []  # no eyes that look like it


def test_a_false_alarm_is_no_track(model, monkeypatch):
    tracker = FaceTracker(model)
    frames = draw_clip(480, 270, 8, [])
    find, answers = observation.find_faces, []
    for i, frame in enumerate(frames):
        alarm = [observation.Detection((100, 60, 200, 160), 0.3)] if i == 3 else []
        monkeypatch.setattr(observation, "find_faces", lambda *a, alarm=alarm: alarm or find(*a))
        answers.append(tracker.update(frame, i / 25))
    assert numbers(answers) == [[]] * 8
    assert tracker.n_tracks_ == 0


@pytest.mark.slow
def test_half_the_frames_give_the_same_answers(follow):
    actor = Actor(LEFT, RIGHT, 130, ((0.0, "happy"), (0.5, "sad")))
    fast, slow = follow([actor], 41, fps=20.0), follow([actor], 21, fps=10.0)
    p = [[faces[0].p_happy for faces in answers] for answers in (fast[::2], slow)]
    assert np.abs(np.subtract(*p)).mean() < 0.06
    assert numbers(slow) == [[1]] * 21


def test_grey_frames_are_frames(model):
    (frame,) = draw_clip(320, 240, 1, [Actor(side=130)])
    assert len(FaceTracker(model).update(frame[..., 1].copy(), 0.0)) == 1


def test_boxes_stay_in_the_picture(follow):
    for (face,) in follow([Actor((0.2, 0.35), (0.2, 0.35), 170)], 3, (320, 240)):
        left, top, right, bottom = face.box
        assert 0 <= left < right <= 320
        assert 0 <= top < bottom <= 240


def test_small_faces_in_a_large_frame_are_found_within_a_second(follow):
    answers = numbers(follow([Actor(side=110, there=(0.2, 1.0))], 8, (1280, 720), fps=8.0))
    assert answers[-1] == [1]


def test_the_lowest_score_is_the_models_own_unless_another_is_given(model, follow):
    assert FaceTracker(model).min_score == model.named_steps["faces"].min_score
    assert numbers(follow([Actor(side=130)], 3, min_score=1.0)) == [[]] * 3
    with pytest.raises(UserError, match=r"number from .* to 1, not 2"):
        FaceTracker(model, min_score=2)
    assert FaceTracker(model, min_face=30).min_face == 30
    with pytest.raises(UserError, match=r"pixels from 1 on, not 0"):
        FaceTracker(model, min_face=0)


@pytest.mark.parametrize("frame", [np.zeros((90, 90)), np.zeros((90, 90, 2), np.uint8), None])
def test_what_is_no_frame_is_one_sentence(model, frame):
    with pytest.raises(ImageError, match="an image array"):
        FaceTracker(model).update(frame, 0.0)
