"""timeline.png."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from happysad.output import timeline_figure
from happysad.output.timeline import Line, Timeline
from happysad.output.timeline_figure import save_timeline
from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.tracking.tracker import TrackedFace


def timeline(*tracks, n_frames=20, fps=10.0):
    """Each track is (number, first frame, one after the last)."""
    told = Timeline(io.StringIO())
    for i in range(n_frames):
        faces = [
            TrackedFace(k, (0, 0, 9, 9), 0.5 + 0.4 * np.sin(i + k), 0.5, "happy")
            for k, first, last in tracks
            if first <= i < last
        ]
        told.add(i / fps, faces)
    return told


@pytest.fixture
def drawn(monkeypatch, tmp_path):
    """``drawn(timeline, band)``: the axes, and the legend's names; the file is there."""
    kept = []
    save = timeline_figure.drawing.__wrapped__.__globals__["save"]

    def keep(figure: Figure, path):
        kept.append(figure)
        save(figure, path)

    monkeypatch.setitem(timeline_figure.drawing.__wrapped__.__globals__, "save", keep)

    def run(told, band=None):
        save_timeline(told, tmp_path / "t.png", "party.mp4", band)
        with Image.open(tmp_path / "t.png") as image:
            assert image.size == (936, 442)
        (figure,) = kept
        names = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
        return figure.axes[0], names

    return run


def words(ax):
    return [text.get_text() for text in ax.texts]


def test_a_line_for_each_face_and_words_for_the_heights(drawn):
    ax, names = drawn(timeline((1, 0, 20), (2, 5, 20)))
    assert names == ["face 1", "face 2"]
    assert words(ax) == ["happy", "sad", "1", "2"]
    assert ax.get_xlabel() == "time in seconds"
    assert ax.get_xlim() == pytest.approx((0, 2))
    assert ax.get_title(loc="left") == "party.mp4"
    styles = {(line.get_color(), str(line.get_linestyle())) for line in ax.lines}
    assert {"#E69F00", "#0072B2"}.isdisjoint(color for color, _ in styles)


def test_unsure_has_its_own_height(drawn):
    ax, _ = drawn(timeline((1, 0, 20)), RejectBand(0.3, 0.7))
    assert words(ax)[:3] == ["happy", "sad", "unsure"]


def test_what_is_never_said_has_none(drawn):
    ax, _ = drawn(timeline((1, 0, 20)), RejectBand(0.0, 0.7))
    assert words(ax)[:2] == ["happy", "unsure"]


def test_times_without_a_face_are_hatched_and_named_once(drawn):
    ax, names = drawn(timeline((1, 3, 8), (2, 12, 18)))
    hatched = [patch for patch in ax.patches if patch.get_hatch()]
    assert len(hatched) == 3
    assert names.count("no face") == 1


def test_nobody_at_all(drawn):
    ax, names = drawn(timeline())
    assert names == ["no face"]
    assert words(ax) == ["happy", "sad"]


def test_a_line_is_broken_where_the_face_was_away(drawn):
    told = timeline((1, 0, 5))
    for i in range(20, 25):
        told.add(i / 10, [TrackedFace(1, (0, 0, 9, 9), 0.7, 0.7, "happy")])
    ax, _ = drawn(told)
    (line,) = [line for line in ax.lines if len(line.get_xdata()) > 5]
    assert np.isnan(line.get_ydata()).sum() == 1


def test_long_films_tell_minutes_and_many_faces_are_not_all_named(drawn):
    told = timeline(*[(k, 0, 10 + k) for k in range(1, 13)], n_frames=40, fps=0.2)
    ax, names = drawn(told)
    assert ax.get_xlabel() == "time in minutes"
    assert sorted(names) == sorted([*(f"face {k}" for k in range(5, 13)), "no face", "other faces"])
    assert any(label.get_text() == "1:00" for label in ax.get_xticklabels())


def test_long_lines_are_thinned_out():
    line = Line()
    for i in range(9000):
        line.frames.append(i)
        line.seconds.append(i / 25)
        line.p_happy.append(0.5)
    seconds, p_happy = timeline_figure._broken(line)
    assert len(seconds) == len(p_happy) <= timeline_figure.POINTS
    assert not np.isnan(p_happy).any()
