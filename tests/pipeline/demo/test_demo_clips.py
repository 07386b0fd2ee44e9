"""Drawn clips."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from happysad.features.faces.detector import find_faces
from happysad.pipeline.demo.demo_clips import Actor, draw_clip, write_clip
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import to_gray


def test_the_same_arguments_draw_the_same_frames():
    one, other = (list(draw_clip(160, 120, 2, [Actor(side=60)])) for _ in range(2))
    assert [frame.shape for frame in one] == [(120, 160, 3)] * 2
    assert np.array_equal(one, other)
    assert not np.array_equal(one[0], one[1])  # the grain moves
    assert not np.array_equal(one, list(draw_clip(160, 120, 2, [Actor(side=60)], seed=1)))


def test_a_face_walks_from_its_start_to_its_end():
    frames = list(draw_clip(480, 240, 3, [Actor((0.25, 0.5), (0.75, 0.5), 130)]))
    boxes = [face.box for frame in frames for face in find_faces(to_gray(frame))]
    middles = [(left + right) / 2 for left, _, right, _ in boxes]
    assert middles == pytest.approx([120, 240, 360], abs=15)


def test_it_is_there_and_in_a_mood_when_it_should_be():
    actor = Actor(side=130, moods=((0.0, "happy"), (0.5, "sad")), there=(0.3, 1.0))
    frames = [to_gray(f).astype(int) for f in draw_clip(160, 160, 4, [actor])]
    empty = [to_gray(f).astype(int) for f in draw_clip(160, 160, 4, [])]
    changes = [np.abs(one - other).mean() for one, other in zip(frames, empty, strict=True)]
    assert changes[0] == 0
    assert min(changes[1:]) > 5
    assert np.abs(frames[1] - frames[2]).mean() > 2 * np.abs(frames[2] - frames[3]).mean()


def test_a_face_half_out_of_the_picture_is_cut():
    (frame,) = draw_clip(160, 120, 1, [Actor((0.0, 1.0), side=80)])
    (empty,) = draw_clip(160, 120, 1, [])
    changed = (frame != empty).any(axis=2)
    assert changed[-20:, :20].mean() > 0.9
    assert not changed[:, 60:].any()


def test_a_clip_as_a_file(tmp_path):
    red = np.full((120, 160, 3), (200, 30, 30), np.uint8)
    for name in ("clip.mp4", "clip.avi"):
        path = write_clip(tmp_path / name, [red] * 3, (160, 120), 10)
        capture = cv2.VideoCapture(str(path))
        assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == 3, name
        assert capture.get(cv2.CAP_PROP_FPS) == 10, name
        shown = capture.read()[1][..., ::-1]
        capture.release()
        assert shown.shape == red.shape, name
        assert np.abs(shown.astype(int) - red).mean() < 10, name


def test_a_clip_that_cannot_be_written_is_a_one_line_error(tmp_path):
    with pytest.raises(UserError, match=r"cannot write .*clip\.mp4"):
        write_clip(tmp_path / "no-folder" / "clip.mp4", [], (160, 120))
