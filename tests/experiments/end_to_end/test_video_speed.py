"""Frames a second of the video command."""

from __future__ import annotations

import cv2
import pytest
from click.testing import CliRunner

from happysad.experiments.end_to_end import video_speed
from happysad.experiments.end_to_end.video_speed import draw_file, frames_per_second, stages

SMALL = (320, 240)


def test_the_command_is_timed_without_its_start(monkeypatch, tmp_path):
    seconds = {"1.mp4": 2.0, "21.mp4": 3.0}
    monkeypatch.setattr(video_speed, "_seconds", lambda clip, model: seconds[clip.name])
    measured = frames_per_second(SMALL, "fusion-svm", 21, tmp_path)
    assert measured == {"frames/s": 20.0, "start s": 2.0}
    capture = cv2.VideoCapture(str(tmp_path / "21.mp4"))
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == 21
    assert capture.read()[1].shape == (240, 320, 3)


@pytest.mark.process
@pytest.mark.slow
def test_the_command_is_really_run(model_file, tmp_path):
    clip = draw_file(tmp_path / "c.mp4", SMALL, 1)
    assert video_speed._seconds(clip, str(model_file)) > 0
    assert (tmp_path / "c" / "annotated.mp4").stat().st_size > 0


def test_every_stage_is_timed(model_file):
    spent = stages(SMALL, str(model_file), 3)
    assert list(spent) == ["find faces ms", "landmarks and crop ms", "predict ms", "follow ms"]
    assert min(spent.values()) > 0


def test_both_sizes_are_measured(monkeypatch):
    monkeypatch.setattr(video_speed, "available_cores", list)
    monkeypatch.setattr(video_speed, "frames_per_second", lambda *args: {"frames/s": 48.44})
    monkeypatch.setattr(video_speed, "stages", lambda *args: {"find faces ms": 2.0})
    threads = cv2.getNumThreads()
    result = CliRunner().invoke(video_speed.main, [])
    cv2.setNumThreads(threads)
    assert result.exit_code == 0, result.output
    assert [line.split() for line in result.stdout.splitlines()][1:] == [
        ["640x360", "25.0", "48.4", "2.0"],
        ["1280x720", "15.0", "48.4", "2.0"],
    ]
