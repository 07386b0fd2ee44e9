"""Smoothing in time."""

from __future__ import annotations

from itertools import pairwise

import pytest

from happysad.pipeline.tracking.smoothing import LogOddsSmoother


def after(values, fps=25.0, time_constant=0.4):
    smoother = LogOddsSmoother(time_constant)
    return [smoother.update(i / fps, p) for i, p in enumerate(values)]


def test_a_steady_value_stays_as_it_is():
    assert after([0.8] * 10) == pytest.approx([0.8] * 10)
    assert LogOddsSmoother().p_ == 0.5


def test_one_wrong_frame_does_not_change_the_answer():
    assert min(after([0.95] * 20 + [0.01] + [0.95] * 5)) > 0.8


def test_a_change_is_followed_within_a_second():
    told = after([0.95] * 25 + [0.05] * 25)
    assert told[24] > 0.9
    assert told[-1] < 0.15
    assert all(one >= other for one, other in pairwise(told[24:]))


def test_the_rate_of_frames_does_not_matter():
    slow, fast = after([0.9] * 10 + [0.1] * 5, 10.0), after([0.9] * 60 + [0.1] * 30, 60.0)
    assert slow[-1] == pytest.approx(fast[-1], abs=0.03)


def test_the_first_frame_is_no_surer_than_the_second():
    assert after([0.9, 0.1])[-1] == pytest.approx(0.5)


def test_no_frame_is_sure_beyond_measure():
    assert after([1.0, 0.0])[-1] == pytest.approx(0.5)
    assert 0 < after([0.0])[-1] < 0.01


def test_without_a_time_constant_nothing_is_smoothed():
    assert after([0.9, 0.2, 0.7], time_constant=0) == pytest.approx([0.9, 0.2, 0.7])


def test_times_that_stand_still_do_no_harm():
    smoother = LogOddsSmoother()
    told = [smoother.update(1.0, p) for p in (0.9, 0.9, 0.1)]
    assert 0.5 < told[-1] < 0.9
