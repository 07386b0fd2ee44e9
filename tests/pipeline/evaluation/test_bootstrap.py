"""Bootstrap intervals: as a plain loop gives them, and as wide as they should be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from happysad.pipeline.evaluation import bootstrap
from happysad.pipeline.evaluation.bootstrap import (
    bootstrap_intervals,
    paired_interval,
    resample_weights,
    weighted_scores,
)
from happysad.pipeline.evaluation.metrics import SCORES, evaluate
from happysad.pipeline.evaluation.validation import Predictions
from happysad.utils.errors import UserError


def faces(n: int, seed: int = 0, happy: float = 0.6):
    """Labels, probabilities with ties, and answers that are not all those of p >= 0.5."""
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < happy
    p = np.clip(rng.normal(0.35 + 0.3 * truth, 0.25), 0, 1).round(2)
    labels = np.where(truth, "happy", "sad")
    return labels, p, np.where(p >= 0.45, "happy", "sad")


@pytest.mark.parametrize("grouped", [False, True])
def test_as_a_plain_loop_over_evaluate(grouped):
    labels, p, answers = faces(40)
    groups = [f"person {i // 3}" for i in range(40)] if grouped else None
    codes = np.arange(40) // 3 if grouped else np.arange(40)
    scores = []
    for (weights,) in (chunk[None] for chunk in resample_weights(codes, 70, 5)):
        for row in weights:
            drawn = np.repeat(np.arange(40), row.astype(int))
            scores.append(evaluate(labels[drawn], p[drawn], answers[drawn]))
    found = bootstrap_intervals(
        labels, p, y_pred=answers, groups=groups, resamples=70, random_state=5
    )
    assert tuple(found) == SCORES
    for name in SCORES:
        low, high = np.quantile([score[name] for score in scores], [0.025, 0.975])
        if name == "calibration_error":
            value = evaluate(labels, p, answers)[name]
            low, high = max(0, min(value, 2 * value - high)), max(value, 2 * value - low)
        assert found[name] == pytest.approx((low, high), abs=1e-12), name


def test_whole_groups_are_drawn():
    codes = np.array([0, 0, 1, 2, 2, 2])
    (weights,) = resample_weights(codes, 50, 0)
    assert weights.shape == (50, 6)
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 5]).all()
    assert (weights[:, [0, 2, 3]].sum(axis=1) == 3).all()
    assert len(np.unique(weights, axis=0)) > 5


def test_chunks_do_not_change_the_number_of_resamples(monkeypatch):
    monkeypatch.setattr(bootstrap, "_CELLS", 64)
    sizes = [len(chunk) for chunk in resample_weights(np.arange(10), 20, 0)]
    assert sizes == [6, 6, 6, 2]
    labels, p, _ = faces(10)
    assert bootstrap_intervals(labels, p, resamples=20)["accuracy"][0] >= 0


def test_a_group_without_a_name_is_an_image_of_its_own():
    labels, p, _ = faces(30)
    alone = bootstrap_intervals(labels, p, resamples=50)
    assert bootstrap_intervals(labels, p, groups=[""] * 30, resamples=50) == alone
    assert bootstrap_intervals(labels, p, groups=["a"] * 15 + [""] * 15, resamples=50) != alone


def test_the_width_is_that_of_the_binomial_law():
    labels, p, _ = faces(600)
    low, high = bootstrap_intervals(labels, p)["accuracy"]
    share = evaluate(labels, p)["accuracy"]
    assert low < share < high
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(share * (1 - share) / 600), rel=0.1)


def test_copies_in_groups_add_no_certainty():
    labels, p, _ = faces(100)
    groups = [f"{i}" for i in range(100)] * 4
    once = bootstrap_intervals(labels, p)
    copied = bootstrap_intervals(np.tile(labels, 4), np.tile(p, 4), groups=groups)
    for name in SCORES:
        assert copied[name] == pytest.approx(once[name]), name
    low, high = bootstrap_intervals(np.tile(labels, 4), np.tile(p, 4))["accuracy"]
    assert high - low < 0.6 * (once["accuracy"][1] - once["accuracy"][0])


def test_the_value_of_the_calibration_error_lies_within():
    for seed in range(10):
        rng = np.random.default_rng(seed)
        p = rng.random(150)  # well calibrated: every resample looks worse than the sample
        labels = np.where(rng.random(150) < p, "happy", "sad")
        low, high = bootstrap_intervals(labels, p, resamples=100)["calibration_error"]
        assert 0 <= low <= evaluate(labels, p)["calibration_error"] <= high


@pytest.mark.filterwarnings("error")
def test_resamples_without_a_class_are_left_out():
    labels = ["happy"] * 5 + ["sad"]
    low, high = bootstrap_intervals(labels, [0.9, 0.8, 0.7, 0.6, 0.1, 0.3])["roc_auc"]
    assert 0 <= low < high <= 1
    found = bootstrap_intervals(["sad"] * 4, [0.1, 0.2, 0.3, 0.9])
    assert np.isnan(found["roc_auc"]).all()
    assert not np.isnan(found["accuracy"]).any()


def test_one_group_tells_nothing():
    labels, p, _ = faces(9)
    found = bootstrap_intervals(labels, p, groups=["one"] * 9)
    assert tuple(found) == SCORES
    assert np.isnan(list(found.values())).all()
    assert np.isnan(paired_interval([True, False], [True, True], ["x", "x"])).all()
    assert np.isnan(paired_interval([], [])).all()


def test_the_same_seed_gives_the_same():
    labels, p, _ = faces(50)
    first = bootstrap_intervals(labels, p, resamples=40)
    assert bootstrap_intervals(labels, p, resamples=40) == first
    assert bootstrap_intervals(labels, p, resamples=40, random_state=1) != first


def test_paired_is_narrower_than_apart():
    rng = np.random.default_rng(0)
    a = rng.random(500) < 0.9
    b = a ^ (rng.random(500) < 0.02)
    low, high = paired_interval(a, b)
    assert low <= a.mean() - b.mean() <= high
    apart = bootstrap_intervals(np.full(500, "happy"), np.where(a, 0.9, 0.1))["accuracy"]
    assert high - low < 0.7 * (apart[1] - apart[0])
    assert paired_interval(b, a) == pytest.approx((-high, -low))
    assert paired_interval(a, a) == (0, 0)


def test_paired_by_group_is_wider_where_a_person_fails_as_a_whole():
    a = np.repeat([True] * 30 + [False] * 10, 10)
    b = np.ones(400, bool)
    groups = np.repeat(np.arange(40), 10)
    by_person, by_image = paired_interval(a, b, groups), paired_interval(a, b)
    assert by_person[1] - by_person[0] > 2 * (by_image[1] - by_image[0])


def test_rejected():
    with pytest.raises(UserError, match="2 labels and p_happy 1"):
        bootstrap_intervals(["happy", "sad"], [0.5])
    with pytest.raises(ValueError, match="2 images have 1 groups"):
        bootstrap_intervals(["happy", "sad"], [0.5, 0.5], groups=["a"])


def written_out(truth, p, guess, weights):
    """``evaluate`` for the images repeated by one row of whole weights."""
    rows = np.repeat(np.arange(len(truth)), weights.astype(int))
    labels, answers = (np.where(x[rows], "happy", "sad") for x in (truth, guess))
    return evaluate(labels, p[rows], answers)


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_weighted_scores_are_those_of_images_written_out(data):
    n = data.draw(st.integers(1, 12))
    whole = st.integers(0, 3)
    truth, guess = (
        np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n))) for _ in range(2)
    )
    # Few values, so that there are ties, and the ends of bins.
    p = np.array(data.draw(st.lists(st.integers(0, 15), min_size=n, max_size=n))) / 15
    weights = np.array(
        [data.draw(st.lists(whole, min_size=n, max_size=n).filter(any)) for _ in range(3)], float
    )
    found = weighted_scores(Predictions(truth, p, guess), weights)
    assert tuple(found) == SCORES
    for i, row in enumerate(weights):
        expected = written_out(truth, p, guess, row)
        for name in SCORES:
            assert found[name][i] == pytest.approx(expected[name], abs=1e-12, nan_ok=True), name


def test_ties_are_half_a_win():
    truth, p = np.array([True, False, False]), np.array([0.5, 0.5, 0.1])
    weights = np.array([[1, 1, 1], [1, 1, 3], [2, 2, 0]], float)
    found = weighted_scores(Predictions(truth, p, p >= 0.5), weights)["roc_auc"]
    assert found.tolist() == pytest.approx([(0.5 + 1) / 2, (0.5 + 3) / 4, 0.5])


def test_a_resample_of_one_class():
    truth, p = np.array([True, False]), np.array([0.9, 0.8])
    found = weighted_scores(Predictions(truth, p, p >= 0.5), 2 * np.eye(2))
    assert np.isnan(found["roc_auc"]).all()
    assert found["balanced_accuracy"].tolist() == [1, 0]
    assert found["recall_macro"].tolist() == [0.5, 0]


def test_of_several_fits_the_intervals_are_those_of_the_mean():
    labels, p, answers = faces(60)
    once = bootstrap_intervals(labels, p, y_pred=answers, resamples=80)
    both = np.stack([p, p]), np.stack([answers, answers])
    twice = bootstrap_intervals(labels, both[0], y_pred=both[1], resamples=80)
    for name in SCORES:
        assert twice[name] == pytest.approx(once[name]), name
    right = np.where(labels == "happy", 0.9, 0.1)
    low, high = bootstrap_intervals(labels, np.stack([right, 1 - right]))["accuracy"]
    assert (low, high) == (0.5, 0.5)  # the one is right where the other is wrong
