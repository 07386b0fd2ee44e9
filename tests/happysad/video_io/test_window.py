"""The window, with OpenCV's own taken out: this one may have none."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from happysad.video_io import window
from happysad.video_io.window import Rate, save, show, with_rate


class Nobody:
    """A tracker that sees no face, and keeps the frames."""

    def __init__(self):
        self.frames, self.times = [], []

    def update(self, frame, seconds):
        self.frames.append(frame)
        self.times.append(seconds)
        return []


@pytest.fixture
def screen(monkeypatch):
    """What is shown; ``keys`` are pressed in turn, 255 is none; ``open`` is whether it is."""

    class Screen:
        shown, keys, open, closed = [], [], 1, False

        def press(self, pause):
            assert pause >= 1
            return self.keys.pop(0) if self.keys else 255

    own = Screen()
    own.shown = []
    for name, value in {
        "namedWindow": lambda *args: None,
        "resizeWindow": lambda *args: None,
        "imshow": lambda title, image: own.shown.append(image),
        "waitKey": own.press,
        "getWindowProperty": lambda *args: own.open,
        "destroyAllWindows": lambda: setattr(own, "closed", True),
    }.items():
        monkeypatch.setattr(cv2, name, value)
    return own


def test_frames_are_shown_until_they_end(screen, clip):
    tracker = Nobody()
    show(tracker, str(clip))
    assert len(screen.shown) == len(tracker.frames) == 10
    assert screen.shown[0].shape == (240, 320, 3)
    assert tracker.times == sorted(tracker.times)
    assert screen.closed


@pytest.mark.parametrize("key", [ord("q"), 27])
def test_keys_that_leave(screen, clip, key):
    screen.keys = [255, 255, key]
    show(Nobody(), str(clip))
    assert len(screen.shown) == 3
    assert screen.closed


def test_closing_the_window_leaves(screen, clip):
    screen.open = 0
    show(Nobody(), str(clip))
    assert len(screen.shown) == 1


def test_ctrl_c_leaves(screen, clip, monkeypatch):
    def stop(pause):
        raise KeyboardInterrupt

    monkeypatch.setattr(cv2, "waitKey", stop)
    show(Nobody(), str(clip))
    assert screen.closed


def test_s_saves_the_picture_and_says_where(screen, clip, tmp_path, capsys):
    screen.keys = [255, ord("s"), ord("q")]
    show(Nobody(), str(clip), tmp_path)
    (file,) = tmp_path.iterdir()
    assert capsys.readouterr().err == f"saved as {file}\n"
    assert file.name.startswith("happysad-20")
    with Image.open(file) as image:
        pixels = np.asarray(image)
    changed = np.abs(screen.shown[1][..., ::-1].astype(int) - pixels).max(axis=2) > 0
    assert not changed[:200].any()  # the same but for the words about keys
    assert changed[200:].any()


def test_a_place_that_cannot_be_written_does_not_end_it(screen, clip, tmp_path, capsys):
    (tmp_path / "file").touch()
    screen.keys = [ord("s"), 255]
    show(Nobody(), str(clip), tmp_path / "file")
    assert len(screen.shown) == 10
    assert "cannot save the picture" in capsys.readouterr().err


def test_pictures_of_a_camera_are_mirrored(screen, monkeypatch):
    picture = np.zeros((60, 80, 3), np.uint8)
    picture[:, :40] = 200

    class Camera:
        def __init__(self):
            self.pictures = [picture]

        def read(self):
            return (True, self.pictures.pop()) if self.pictures else (False, None)

        def get(self, what):
            return 30.0

        def release(self):
            pass

    monkeypatch.setattr(cv2, "VideoCapture", lambda number: Camera())
    tracker = Nobody()
    show(tracker, "0")
    assert tracker.frames[0][30, 70].tolist() == [200, 200, 200]
    assert tracker.frames[0][30, 10].tolist() == [0, 0, 0]


def test_the_rate_is_that_of_the_last_frames():
    rate = Rate()
    assert rate.tick(0.0) == 0
    told = [rate.tick(5 + i / 20) for i in range(40)]
    assert told[-1] == pytest.approx(20)


def test_the_rate_is_written_on_a_copy():
    image = np.full((120, 320, 3), 128, np.uint8)
    assert (with_rate(image, 24.6) != image).any()
    assert (image == 128).all()


def test_saved_pictures_never_share_a_name(tmp_path):
    image = np.zeros((10, 10, 3), np.uint8)
    assert len({save(image, tmp_path) for _ in range(3)}) == 3
    assert window._pause(cv2.VideoCapture(), "0") == 0.0
    assert isinstance(save(image, tmp_path), Path)
