"""Sound, copied by ffmpeg."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from happysad.video_io.audio_track import add_sound


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
