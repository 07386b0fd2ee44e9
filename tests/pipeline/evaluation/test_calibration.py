"""Calibration error and reliability, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from happysad.pipeline.evaluation.calibration import bin_of, calibration_error, reliability
from happysad.utils.errors import UserError


def test_by_hand():
    # Two bins: in the lower mean p 0.2 and a third happy, in the upper mean p 0.8 and all happy.
    truth = ["sad", "sad", "happy", "happy", "happy"]
    p = [0.1, 0.2, 0.3, 0.7, 0.9]
    assert calibration_error(truth, p, bins=2) == pytest.approx(
        3 / 5 * (1 / 3 - 0.2) + 2 / 5 * (1 - 0.8)
    )


def test_perfect_and_worst():
    assert calibration_error(["happy", "sad"], [1, 0]) == 0
    assert calibration_error(["happy", "sad"], [0, 1]) == 1
    assert calibration_error(["happy", "happy", "sad", "happy"], [0.75] * 4) == 0


def test_gaps_of_different_bins_do_not_cancel():
    truth = ["happy", "sad"] * 2
    assert calibration_error(truth, [0.4, 0.4, 0.6, 0.6]) == pytest.approx(0.1)
    assert calibration_error(truth, [0.4, 0.4, 0.6, 0.6], bins=1) == pytest.approx(0)


def test_bins_are_closed_below_and_the_last_above():
    assert bin_of(np.array([0, 0.0999, 0.1, 0.5, 0.95, 1.0]), 10).tolist() == [0, 0, 1, 5, 9, 9]


def test_drawn_from_its_own_probabilities_it_falls_with_the_number():
    rng = np.random.default_rng(0)
    p = rng.random(40_000)
    truth = np.where(rng.random(40_000) < p, "happy", "sad")
    assert calibration_error(truth, p) < 0.01 < calibration_error(truth[:200], p[:200])
    assert calibration_error(truth, np.sqrt(p)) > 0.1


def test_reliability():
    truth = ["happy"] * 3 + ["sad"] * 2 + ["happy"]
    frame = reliability(truth, [0.5, 0.55, 0.6, 0.65, 0.7, 1.0], bins=4)
    names = ["low", "high", "n", "mean_p", "share_happy", "share_low", "share_high"]
    assert list(frame.columns) == names
    assert frame["low"].tolist() == [0, 0.25, 0.5, 0.75]
    assert frame["high"].tolist() == [0.25, 0.5, 0.75, 1]
    assert frame["n"].tolist() == [0, 0, 5, 1]
    assert frame.loc[0, ["mean_p", "share_happy", "share_low", "share_high"]].isna().all()
    row = frame.loc[2]
    wilson = binomtest(3, 5).proportion_ci(method="wilson")
    assert row["mean_p"] == pytest.approx(0.6)
    assert row["share_happy"] == pytest.approx(0.6)
    assert (row["share_low"], row["share_high"]) == pytest.approx((wilson.low, wilson.high))


def test_rejected():
    for function in (calibration_error, reliability):
        with pytest.raises(UserError, match="1 labels and p_happy 2"):
            function(["happy"], [0.5, 0.6])
