"""Rows, gaps and the summary of a video."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from happysad.output.timeline import COLUMNS, Timeline
from happysad.pipeline.tracking.tracker import TrackedFace


def face(track, p, label=None):
    return TrackedFace(track, (1, 2, 30, 40), p, p, label or ("happy" if p >= 0.5 else "sad"))


@pytest.fixture
def told():
    """A timeline of six frames, 10 a second, and its rows."""
    file = io.StringIO()
    timeline = Timeline(file)
    frames = [[], [face(1, 0.9)], [face(1, 0.8), face(2, 0.1)], [], [], [face(1, 0.2)]]
    for i, faces in enumerate(frames):
        timeline.add(i / 10, faces)
    return timeline, pd.read_csv(io.StringIO(file.getvalue()))


def test_a_row_for_each_face_and_for_each_frame_without(told):
    _, rows = told
    assert tuple(rows.columns) == COLUMNS
    assert list(rows["frame"]) == [0, 1, 2, 2, 3, 4, 5]
    assert list(rows["time"]) == [0.0, 0.1, 0.2, 0.2, 0.3, 0.4, 0.5]
    assert list(rows["label"]) == ["no_face", "happy", "happy", "sad", "no_face", "no_face", "sad"]
    assert list(rows["track"].dropna()) == [1, 1, 2, 1]
    assert rows.loc[rows["label"] == "no_face", ["track", "p_happy", "left"]].isna().all(axis=None)
    assert list(rows["confidence"].dropna()) == [0.9, 0.8, 0.9, 0.8]
    assert list(rows.iloc[1][["p_happy", "left", "top", "right", "bottom"]]) == [0.9, 1, 2, 30, 40]


def test_times_without_a_face(told):
    timeline, _ = told
    assert list(timeline.gaps()) == [pytest.approx((0.0, 0.1)), pytest.approx((0.3, 0.5))]
    assert timeline.seconds == pytest.approx(0.6)


def test_a_gap_at_the_end_lasts_to_the_end():
    timeline = Timeline(io.StringIO())
    for i in range(3):
        timeline.add(i / 10, [])
    assert list(timeline.gaps()) == [pytest.approx((0.0, 0.3))]


def test_the_summary(told):
    assert told[0].summary() == [
        "6 frames, 0.6 s: 2 faces followed, 3 frames without any",
        "  face 1: looks happy in 67%, looks sad in 33% of 3 frames, from 0.1 to 0.5 s",
        "  face 2: looks sad in 100% of 1 frame, from 0.2 to 0.2 s",
    ]


def test_of_many_faces_the_longest_are_told():
    timeline = Timeline(io.StringIO())
    timeline.add(0.0, [face(k, 0.6) for k in range(1, 14)])
    timeline.add(0.1, [face(13, 0.6)])
    lines = timeline.summary()
    assert len(lines) == 1 + 10 + 1
    assert lines[-2].startswith("  face 13: ")
    assert lines[-1] == "  and 3 shorter ones"


def test_one_frame():
    timeline = Timeline(io.StringIO())
    timeline.add(0.0, [])
    assert timeline.summary() == ["1 frame, 0.0 s: 0 faces followed, 1 frame without any"]
