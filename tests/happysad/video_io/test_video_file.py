"""Reading clips."""

from __future__ import annotations

import os
import subprocess
import sys

import cv2
import numpy as np
import pytest

from happysad.utils.errors import UserError
from happysad.video_io.video_file import VideoReader, _Clock, _frame_rate


@pytest.fixture
def ffmpeg():
    """``ffmpeg(*arguments)``: run it."""
    exe = pytest.importorskip("imageio_ffmpeg").get_ffmpeg_exe()

    def run(*arguments):
        command = [exe, "-nostdin", "-v", "error", "-y", *map(str, arguments)]
        subprocess.run(command, check=True)

    return run


def times(path):
    return [seconds for seconds, _ in VideoReader(str(path)).frames()]


def test_frames_with_their_times(clip):
    opened = VideoReader(str(clip))
    assert (opened.fps, opened.n_frames) == (25.0, 10)
    frames = list(opened.frames())
    assert [seconds for seconds, _ in frames] == pytest.approx(np.arange(10) / 25)
    assert {(f.shape, f.dtype.name) for _, f in frames} == {((240, 320, 3), "uint8")}
    red, _, blue = frames[5][1][120, 160]
    assert red > blue  # RGB: skin


def test_a_clip_is_read_from_its_start_each_time(clip):
    opened = VideoReader(str(clip))
    assert len(list(opened.frames())) == len(list(opened.frames())) == 10


def test_a_clip_that_is_cut_off_gives_its_whole_frames(draw, tmp_path):
    whole = draw(tmp_path / "whole.avi", codec="MJPG", n_frames=10)
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    opened = VideoReader(str(cut))
    assert opened.n_frames == 10
    assert 2 < len(list(opened.frames())) < 10


def test_a_clip_without_frames_is_one_sentence(draw, tmp_path):
    whole = draw(tmp_path / "whole.avi", codec="MJPG")
    content = whole.read_bytes()
    (tmp_path / "none.avi").write_bytes(content[: content.index(b"movi") + 4])
    with pytest.raises(UserError, match="without a single whole frame"):
        list(VideoReader(str(tmp_path / "none.avi")).frames())


@pytest.mark.process
def test_a_text_is_no_clip_and_nobody_chatters(tmp_path):
    (tmp_path / "text.mp4").write_text("no video" * 100)
    code = f"import happysad.video_io as io; io.VideoReader({str(tmp_path / 'text.mp4')!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    lines = done.stderr.splitlines()
    assert "it is no video" in lines[-1]
    assert lines[0].startswith("Traceback")  # ours, with nothing before it


def test_a_playlist_opens_no_address(tmp_path):
    (tmp_path / "list.mp4").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n"
    )
    with pytest.raises(UserError):
        list(VideoReader(str(tmp_path / "list.mp4")).frames())
    assert os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] == "protocol_whitelist;file"


def test_a_telephone_held_upright_films_upright(clip, ffmpeg, tmp_path):
    ffmpeg("-display_rotation", 90, "-i", clip, "-c", "copy", tmp_path / "turned.mp4")
    (_, frame), *_ = VideoReader(str(tmp_path / "turned.mp4")).frames()
    assert frame.shape == (320, 240, 3)


def test_odd_sizes(clip, ffmpeg, tmp_path):
    ffmpeg("-i", clip, "-vf", "scale=161:121", "-c:v", "mjpeg", tmp_path / "odd.avi")
    (_, frame), *_ = VideoReader(str(tmp_path / "odd.avi")).frames()
    assert frame.shape == (121, 161, 3)


def test_frames_that_come_unevenly_have_their_own_times(clip, ffmpeg, tmp_path):
    uneven = "select='lt(n,3)+gt(n,7)'"
    ffmpeg("-i", clip, "-vf", uneven, "-fps_mode", "vfr", tmp_path / "uneven.mkv")
    assert times(tmp_path / "uneven.mkv") == pytest.approx([0, 0.04, 0.08, 0.32, 0.36], abs=0.01)


class Recorded:
    """A capture of what a browser recorded: the ticks of its clock for a rate, and no number."""

    def __init__(self, fps, times):
        self.fps, self.times = fps, list(times)

    def grab(self):
        self.now = self.times.pop(0) if self.times else None
        return self.now is not None

    def get(self, what):
        if what == cv2.CAP_PROP_POS_MSEC:
            return self.now
        return {cv2.CAP_PROP_FPS: self.fps, cv2.CAP_PROP_FRAME_COUNT: -9.2e18}[what]


def test_a_rate_that_makes_no_sense_is_taken_from_the_times():
    assert _frame_rate(Recorded(1000.0, [0, 33, 66, 100, 133, 200])) == (
        pytest.approx(30, abs=0.5),
        0,
    )
    assert _frame_rate(Recorded(0.0, [0, 40, 80])) == (25.0, 0)
    assert _frame_rate(Recorded(0.0, [0])) == _frame_rate(Recorded(float("nan"), [])) == (25.0, 0)
    assert _frame_rate(Recorded(24.0, [])) == (24.0, 0)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ([5.0, 5.1, 5.3], [0, 0.1, 0.3]),
        ([0.0, 0.0, 0.0], [0, 0.5, 1.0]),
        ([3.0, 1.0, 1.2, 1.4], [0, 0.5, 1.0, 1.2]),
        ([0.0, 9000.0, 9000.1, 9000.2], [0, 0.5, 1.0, 1.1]),
        ([0.0, float("nan"), 0.2], [0, 0.5, 1.0]),
        ([0.0, 0.5, 0.0, 1.5, 2.0], [0, 0.5, 1.0, 1.5, 2.0]),
        ([0.0, 0.5, 0.0, 1.5, 0.0, 2.5], [0, 0.5, 1.0, 1.5, 2.0, 2.5]),
        ([8.0, 8.5, 9.0, 0.0, 0.5, 1.0], [0, 0.5, 1.0, 1.5, 2.0, 2.5]),
    ],
)
def test_a_clock_that_makes_no_sense_is_not_believed(said, told):
    clock = _Clock(0.5)
    assert [clock.tick(seconds) for seconds in said] == pytest.approx(told)


def test_opencv_stays_on_one_core(clip):
    before = cv2.getNumThreads()
    VideoReader(str(clip))
    assert cv2.getNumThreads() == 1
    cv2.setNumThreads(before)


def test_a_squeezed_film_is_shown_as_wide_as_it_is(clip, ffmpeg, tmp_path):
    wide = tmp_path / "wide.mp4"
    ffmpeg("-i", clip, "-vf", "setsar=4/3", "-c:v", "mpeg4", wide)
    assert {frame.shape for _, frame in VideoReader(str(wide)).frames()} == {(240, 427, 3)}
