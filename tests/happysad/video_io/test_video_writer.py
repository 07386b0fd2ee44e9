"""Writing videos, and their sound by ffmpeg."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from happysad.utils.errors import UserError
from happysad.video_io.video_file import VideoReader
from happysad.video_io.video_writer import CODECS, VideoWriter, add_sound


def times(path):
    return [seconds for seconds, _ in VideoReader(str(path)).frames()]


@pytest.mark.parametrize("kind", CODECS)
def test_what_is_written_can_be_read(kind, tmp_path, capfd):
    path = tmp_path / f"out.{kind}"
    writer = VideoWriter(path, 25.0)
    for i in range(5):
        writer.write(i / 25, np.full((120, 160, 3), (200, 40 * i, 20), np.uint8))
    writer.close()
    frames = [frame for _, frame in VideoReader(str(path)).frames()]
    assert len(frames) == 5
    assert frames[4][60, 80] == pytest.approx((200, 160, 20), abs=25)
    assert capfd.readouterr().err == ""


def test_frames_are_repeated_and_left_out_to_keep_the_time(tmp_path):
    writer = VideoWriter(tmp_path / "out.avi", 10.0)
    for seconds, value in ((0.0, 0), (0.1, 100), (0.12, 150), (0.5, 250)):
        writer.write(seconds, np.full((64, 64, 3), value, np.uint8))
    writer.close()
    told = [int(frame[32, 32, 0]) for _, frame in VideoReader(str(tmp_path / "out.avi")).frames()]
    assert told == pytest.approx([0, 100, 250, 250, 250, 250], abs=4)


def test_a_frame_of_another_size_is_fitted(tmp_path):
    writer = VideoWriter(tmp_path / "out.avi", 25.0)
    writer.write(0.0, np.zeros((64, 64, 3), np.uint8))
    writer.write(0.04, np.full((128, 128, 3), 250, np.uint8))
    writer.close()
    assert len(times(tmp_path / "out.avi")) == 2


def test_what_opencv_cannot_write_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(CODECS, "mp4", "none")
    with pytest.raises(UserError, match="cannot write mp4 videos of 64x48"):
        VideoWriter(tmp_path / "out.mp4", 25.0).write(0.0, np.zeros((48, 64, 3), np.uint8))


@pytest.mark.parametrize("kind", CODECS)
def test_odd_sizes_lose_a_row_and_a_column(kind, tmp_path):
    writer = VideoWriter(tmp_path / f"out.{kind}", 25.0)
    writer.write(0.0, np.zeros((121, 161, 3), np.uint8))
    writer.close()
    ((_, frame),) = VideoReader(str(tmp_path / f"out.{kind}")).frames()
    assert frame.shape == (120, 160, 3)


@pytest.fixture
def exe():
    return pytest.importorskip("imageio_ffmpeg").get_ffmpeg_exe()


@pytest.fixture
def path(exe, tmp_path, monkeypatch):
    """A folder with nothing but ``ffmpeg`` is all of PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    os.symlink(exe, folder / "ffmpeg")
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def loud(exe, clip, tmp_path):
    file = tmp_path / "loud.mp4"
    sine = ["-f", "lavfi", "-i", "sine=440:d=0.4"]
    subprocess.run(
        [exe, "-v", "error", "-i", clip, *sine, "-c:v", "copy", "-c:a", "aac", file], check=True
    )
    return file


def kinds(exe, file):
    told = subprocess.run([exe, "-i", str(file)], capture_output=True, text=True).stderr
    return [kind for kind in ("Video", "Audio") if f": {kind}: " in told]


def test_the_sound_is_copied(exe, path, loud, clip, tmp_path):
    silent = Path(shutil.copy(clip, tmp_path / "silent.mp4"))
    assert add_sound(silent, str(loud))
    assert kinds(exe, silent) == ["Video", "Audio"]
    assert {file.name for file in tmp_path.iterdir()} == {"bin", "loud.mp4", "silent.mp4"}


def test_a_clip_without_sound_stays_as_it_is(exe, path, clip, tmp_path):
    silent = Path(shutil.copy(clip, tmp_path / "silent.mp4"))
    assert add_sound(silent, str(clip))
    assert kinds(exe, silent) == ["Video"]


def test_sound_that_does_not_fit_is_left_out(exe, path, loud, draw, tmp_path):
    silent = tmp_path / "silent.webm"
    subprocess.run([exe, "-v", "error", "-i", loud, "-an", silent], check=True)
    before = silent.read_bytes()
    assert not add_sound(silent, str(loud))
    assert silent.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 3


def test_without_ffmpeg_nothing_happens(clip, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    silent = Path(shutil.copy(clip, tmp_path / "silent.mp4"))
    assert not add_sound(silent, str(clip))
    assert silent.read_bytes() == clip.read_bytes()
