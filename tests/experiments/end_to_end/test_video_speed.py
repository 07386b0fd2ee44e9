"""Frames a second of the video command."""

from __future__ import annotations

import cv2
import pytest

from happysad.experiments.end_to_end import video_speed
from happysad.experiments.end_to_end.video_speed import draw_file, lines, speed, stages

SMALL = (320, 240)


def test_the_command_is_timed_without_its_start(monkeypatch, tmp_path):
    took = {"1.mp4": 2.0, "21.mp4": 3.0}
    monkeypatch.setattr(video_speed, "_seconds", lambda clip, model, folder: took[clip.name])
    assert speed(SMALL, "fusion-svm", 21, tmp_path) == {"frames/s": 20.0, "start s": 2.0}
    capture = cv2.VideoCapture(str(tmp_path / "21.mp4"))
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == 21
    assert capture.read()[1].shape == (240, 320, 3)


def test_the_command_is_really_run(model_file, tmp_path):
    clip = draw_file(tmp_path / "c.mp4", SMALL, 1)
    assert video_speed._seconds(clip, str(model_file), tmp_path) > 0
    assert (tmp_path / "out" / "annotated.mp4").stat().st_size > 0


def test_every_stage_is_told(model_file):
    spent = stages(SMALL, str(model_file), 3)
    assert list(spent) == ["find faces", "landmarks and crop", "ask the model", "follow"]
    assert min(spent.values()) > 0


def test_the_table_is_aligned():
    told = lines([{"size": "640x360", "frames/s": 48.44}, {"size": "9x9", "frames/s": 7.0}])
    assert told == ["   size  frames/s", "640x360      48.4", "    9x9       7.0"]


def test_both_sizes_are_measured(monkeypatch, capsys):
    monkeypatch.setattr(video_speed, "_one_core", lambda: None)
    monkeypatch.setattr(video_speed, "speed", lambda *args: {"frames/s": 30.0, "start s": 1.0})
    monkeypatch.setattr(video_speed, "stages", lambda *args: {"find faces": 2.0})
    threads = cv2.getNumThreads()
    with pytest.raises(SystemExit) as end:
        video_speed.main([])
    cv2.setNumThreads(threads)
    assert end.value.code == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in told[1:]] == [
        ["640x360", "25.0", "30.0"], ["1280x720", "15.0", "30.0"],
    ]  # fmt: skip
