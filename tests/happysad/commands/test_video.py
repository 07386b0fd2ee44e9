"""``happysad video``."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from io import StringIO

import cv2
import pandas as pd
import pytest
from PIL import Image

from happysad.commands import video as module
from happysad.output.timeline import Timeline
from happysad.pipeline.demo.demo_clips import Actor
from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.model_files.card_thresholds import applied_reject_band
from happysad.pipeline.model_files.model_card import read_card
from happysad.utils.progress import listen
from happysad.video_io.video_file import VideoReader


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    threads = cv2.getNumThreads()
    yield
    cv2.setNumThreads(threads)


def frames(path):
    return [frame for _, frame in VideoReader(str(path)).frames()]


def test_a_video_a_table_and_a_picture(happysad, clip, tmp_path):
    told = happysad("video", clip)
    folder = tmp_path / "one-happysad"
    assert {p.name for p in folder.iterdir()} == {"annotated.mp4", "timeline.csv", "timeline.png"}
    rows = pd.read_csv(folder / "timeline.csv")
    assert list(rows["frame"]) == list(range(10))
    assert list(rows["time"]) == [round(i / 25, 3) for i in range(10)]
    assert list(rows["label"]) == ["no_face"] * 2 + ["happy"] * 6 + ["no_face"] * 2
    assert list(rows["track"].dropna()) == [1] * 6
    lines = told.stdout.splitlines()
    assert lines[0] == "10 frames, 0.4 s: 1 face followed, 4 frames without any"
    assert lines[1] == "  face 1: looks happy in 100% of 6 frames, from 0.1 to 0.3 s"
    assert lines[2].endswith("timeline.png written to one-happysad")
    assert told.stderr == ""


def test_what_is_drawn(happysad, clip):
    happysad("video", clip, "--out", "out")
    rows = pd.read_csv("out/timeline.csv")
    drawn, plain = frames("out/annotated.mp4"), frames(clip)
    assert len(drawn) == 10
    left, top = (int(rows.iloc[5][name]) for name in ("left", "top"))
    plate = drawn[5][top - 12, left + 4].astype(int)
    assert plate == pytest.approx((230, 159, 0), abs=45)  # the colour of happy
    assert abs(drawn[0][4:14, 4:60].astype(int) - plain[0][4:14, 4:60]).mean() > 10  # "no face"
    with Image.open("out/timeline.png") as picture:
        assert picture.size == (936, 442)


def test_two_faces_are_two_rows(happysad, model_file, draw, tmp_path):
    actors = [Actor((x, 0.5), (x, 0.5), 130, seed=seed) for x, seed in ((0.25, 2), (0.75, 6))]
    clip = draw(tmp_path / "two.mp4", actors, 4, (400, 240))
    happysad("video", clip, "--model", model_file, "--no-video")
    rows = pd.read_csv("two-happysad/timeline.csv")
    assert list(rows["track"]) == [1, 2] * 4
    assert not (tmp_path / "two-happysad" / "annotated.mp4").exists()


def test_what_counts_as_a_face_can_be_said(happysad, model_file, clip):
    told = happysad("video", clip, "--model", model_file, "--no-video", "--min-score", 1).stdout
    assert "0 faces followed, 10 frames without any" in told


def test_nobody(happysad, model_file, draw, tmp_path):
    clip = draw(tmp_path / "empty.mp4", [], 3)
    told = happysad("video", clip, "--model", model_file).stdout
    assert told.startswith("3 frames, 0.1 s: 0 faces followed, 3 frames without any")
    assert set(pd.read_csv("empty-happysad/timeline.csv")["label"]) == {"no_face"}


@pytest.mark.parametrize("kind", ["avi", "webm"])
def test_other_kinds_of_video(happysad, model_file, clip, kind):
    happysad("video", clip, "--model", model_file, "--format", kind, "--out", "out")
    assert len(frames(f"out/annotated.{kind}")) == 10


def test_a_clip_that_is_cut_off_is_answered_as_far_as_it_goes(happysad, model_file, draw, tmp_path):
    whole = draw(tmp_path / "whole.avi", [Actor(side=130)], 12, codec="MJPG")
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    told = happysad("video", cut, "--model", model_file, "--quiet")
    rows = pd.read_csv("cut-happysad/timeline.csv")
    assert 3 < len(rows) < 9
    assert told.stderr.startswith(f"{cut} ended after {len(rows)} of 12 frames: it is cut off")
    assert len(told.stderr.splitlines()) == 1
    assert told.stdout == ""


def test_the_shipped_model_with_an_error_to_keep_to(happysad, clip):
    happysad("video", clip, "--max-error", 0.05, "--no-video")
    rows = pd.read_csv("one-happysad/timeline.csv")
    assert set(rows["label"]) <= {"happy", "sad", "unsure", "no_face"}


def test_the_usual_thresholds_are_followed_unless_every_face_is_to_be_answered(
    happysad, clip, monkeypatch
):
    bands = []

    def seen(reader, tracker, *_):
        bands.append(tracker.band)
        return Timeline(StringIO())

    monkeypatch.setattr(module, "_write_all", seen)
    happysad("video", clip, "--quiet")
    happysad("video", clip, "--quiet", "--always-answer")
    assert bands == [applied_reject_band(read_card("stack")), RejectBand(0.5, 0.5)]


def test_mistakes_are_one_sentence(refused, model_file, clip, photo, draw, tmp_path):
    def told(*arguments):
        return refused("video", "--model", model_file, *arguments)

    (tmp_path / "text.mp4").write_text("no video")
    assert "it is no video" in told("text.mp4")
    assert "no such file" in told("nothing.mp4")
    assert "is a folder" in told(tmp_path)
    assert f"say happysad predict {photo}" in told(photo)
    assert "is an address" in told("https://example.org/party.mp4")
    assert "is a model, no video" in told("mine.joblib")
    assert "no model file" in refused("video", "--model", "no.joblib", clip)
    assert "share between 0 and 1" in told(clip, "--max-error", 2)
    assert "either every face" in told(clip, "--max-error", 0.05, "--always-answer")
    assert "from 0.1 to 1, not 2" in told(clip, "--min-score", 2)
    assert "pixels from 1 on, not 0" in told(clip, "--min-face", 0)
    assert "is a file: name a folder" in told(clip, "--out", "text.mp4")
    whole = draw(tmp_path / "whole.avi", codec="MJPG").read_bytes()
    (tmp_path / "none.avi").write_bytes(whole[: whole.index(b"movi") + 4])
    assert "without a single whole frame" in told("none.avi")
    assert {p.name for p in tmp_path.iterdir()} == {"text.mp4", "whole.avi", "none.avi"}


def test_the_clip_itself_is_never_written_over(refused, model_file, clip, tmp_path):
    own = tmp_path / "out" / "annotated.mp4"
    own.parent.mkdir()
    shutil.copy(clip, own)
    told = refused("video", own, "--out", own.parent, "--model", model_file)
    assert "would write over" in told
    assert own.read_bytes() == clip.read_bytes()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs a system with such permissions")
def test_a_place_that_cannot_be_written_is_one_sentence(refused, model_file, clip, tmp_path):
    (tmp_path / "file").write_text("mine")
    told = refused("video", clip, "--model", model_file, "--out", tmp_path / "file" / "out")
    assert "cannot write to" in told


def test_progress_goes_to_the_end_whatever_the_file_says(model_file, draw, tmp_path):
    from happysad.output.timeline import Timeline
    from happysad.pipeline.model_files.model_file import load_model
    from happysad.pipeline.tracking.tracker import FaceTracker

    clip = VideoReader(str(draw(tmp_path / "c.mp4", [], 4)))
    tracker = FaceTracker(load_model(model_file))
    for said in (0, 2, 4, 100):
        clip.n_frames, told = said, []
        with open(os.devnull, "w") as rows, listen(lambda *report, told=told: told.append(report)):
            module.track_video(clip, tracker, Timeline(rows), None)
        assert told[-1] == ("frames", 4, 4)
        assert all(done < total for _, done, total in told[:-1])


@pytest.mark.process
def test_told_to_stop_it_leaves_nothing(model_file, draw, tmp_path):
    clip = draw(tmp_path / "long.mp4", [Actor(side=130)], 400)
    asked = ["video", str(clip), "--model", str(model_file), "--out", "out"]
    going = subprocess.Popen(
        [sys.executable, "-m", "happysad.cli", *asked], stderr=subprocess.PIPE, text=True
    )
    while not list(tmp_path.glob("out/.annotated*")):
        assert going.poll() is None
        time.sleep(0.05)
    going.send_signal(signal.SIGTERM)  # a shell may have SIGINT ignored
    assert going.communicate()[1].splitlines()[-1] == "happysad: stopped; nothing was written"
    assert going.returncode == 130
    assert not (tmp_path / "out").exists()
