"""Writing clips."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.utils.errors import UserError
from happysad.video_io.video_file import Clip
from happysad.video_io.video_writer import CODECS, ClipWriter


def times(path):
    return [seconds for seconds, _ in Clip(str(path)).frames()]


@pytest.mark.parametrize("kind", CODECS)
def test_what_is_written_can_be_read(kind, tmp_path, capfd):
    path = tmp_path / f"out.{kind}"
    writer = ClipWriter(path, 25.0)
    for i in range(5):
        writer.write(i / 25, np.full((120, 160, 3), (200, 40 * i, 20), np.uint8))
    writer.close()
    frames = [frame for _, frame in Clip(str(path)).frames()]
    assert len(frames) == 5
    assert frames[4][60, 80] == pytest.approx((200, 160, 20), abs=25)
    assert capfd.readouterr().err == ""


def test_frames_are_repeated_and_left_out_to_keep_the_time(tmp_path):
    writer = ClipWriter(tmp_path / "out.avi", 10.0)
    for seconds, value in ((0.0, 0), (0.1, 100), (0.12, 150), (0.5, 250)):
        writer.write(seconds, np.full((64, 64, 3), value, np.uint8))
    writer.close()
    told = [int(frame[32, 32, 0]) for _, frame in Clip(str(tmp_path / "out.avi")).frames()]
    assert told == pytest.approx([0, 100, 250, 250, 250, 250], abs=4)


def test_a_frame_of_another_size_is_fitted(tmp_path):
    writer = ClipWriter(tmp_path / "out.avi", 25.0)
    writer.write(0.0, np.zeros((64, 64, 3), np.uint8))
    writer.write(0.04, np.full((128, 128, 3), 250, np.uint8))
    writer.close()
    assert len(times(tmp_path / "out.avi")) == 2


def test_what_opencv_cannot_write_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(CODECS, "mp4", "none")
    with pytest.raises(UserError, match="cannot write mp4 videos of 64x48"):
        ClipWriter(tmp_path / "out.mp4", 25.0).write(0.0, np.zeros((48, 64, 3), np.uint8))


@pytest.mark.parametrize("kind", CODECS)
def test_odd_sizes_lose_a_row_and_a_column(kind, tmp_path):
    writer = ClipWriter(tmp_path / f"out.{kind}", 25.0)
    writer.write(0.0, np.zeros((121, 161, 3), np.uint8))
    writer.close()
    ((_, frame),) = Clip(str(tmp_path / f"out.{kind}")).frames()
    assert frame.shape == (120, 160, 3)
