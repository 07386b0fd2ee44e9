"""Thresholds: right on what they were chosen by, and still right on what they were not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from happysad.pipeline.evaluation.abstention import (
    NEVER_HAPPY,
    NEVER_SAD,
    RejectBand,
    choose_reject_band,
    choose_threshold,
    confidence,
    confidence_text,
    needed_faces,
    upper_limit,
)
from happysad.utils.errors import UserError


def faces(n: int, rng: np.random.Generator, happy: float = 0.58, apart: float = 3.0):
    """Labels and p_happy of a model that is too sure of itself, as the recipes are."""
    truth = rng.random(n) < happy
    score = rng.normal(np.where(truth, apart / 2, -apart / 2), 1)
    return np.where(truth, "happy", "sad"), 1 / (1 + np.exp(-2 * apart * score))


def errors(band: RejectBand, labels, p) -> tuple[float, float, float]:
    """Of the faces answered, called happy and called sad, the share that is wrong."""
    predicted = band.predict(p)
    kinds = (predicted != "unsure", predicted == "happy", predicted == "sad")
    return tuple(float((predicted != labels)[k].mean()) if k.any() else 0.0 for k in kinds)


def test_answers():
    band = RejectBand(0.2, 0.8)
    predicted = band.predict([0, 0.1999, 0.2, 0.5, 0.7999, 0.8, 1, float("nan")])
    assert predicted.tolist() == ["sad"] * 2 + ["unsure"] * 3 + ["happy"] * 2 + ["unsure"]
    assert RejectBand(0.5, 0.5).predict(np.array([[0.4, 0.5]])).tolist() == [["sad", "happy"]]
    assert str(band.predict(0.9)) == "happy"
    assert set(RejectBand(NEVER_SAD, NEVER_HAPPY).predict([0, 0.5, 1]).tolist()) == {"unsure"}


def test_the_two_ends_in_order():
    with pytest.raises(UserError, match=r"low 0\.6 must not be above high 0\.4"):
        RejectBand(0.6, 0.4)


def test_the_error_holds_on_faces_it_was_not_chosen_by():
    rng = np.random.default_rng(0)
    found = []
    for _ in range(60):
        band = choose_reject_band(*faces(1500, rng), 0.02)
        found.append(errors(band, *faces(20_000, rng)))
    together, happy, sad = np.array(found).T
    assert together.max() < 0.03
    for error in (together, happy, sad):
        assert np.mean(error <= 0.02) >= 0.7  # it is chosen at a confidence of 0.8
    assert together.mean() > 0.01  # and it does answer what it can


def test_the_limit_holds_for_each_label():
    labels, p = faces(1500, np.random.default_rng(1))
    predicted = choose_reject_band(labels, p, 0.02).predict(p)
    for label in ("happy", "sad"):
        called = predicted == label
        assert called.sum() > 20
        assert upper_limit((labels[called] != label).sum(), called.sum(), 0.8) <= 0.02


def test_no_threshold_further_in_would_do():
    labels, p = faces(1500, np.random.default_rng(1))
    band = choose_reject_band(labels, p, 0.02)
    middle = choose_threshold(labels, p)
    assert band.low < middle < band.high
    for t in np.linspace(middle, band.high, 50)[:-1]:
        called = labels[p >= t]
        if len(called) > (p >= band.high).sum():
            assert upper_limit((called == "sad").sum(), len(called), 0.8) > 0.02
    for t in np.linspace(band.low, middle, 50)[1:]:
        called = labels[p < t]
        if len(called) > (p < band.low).sum():
            assert upper_limit((called == "happy").sum(), len(called), 0.8) > 0.02


def test_more_errors_allowed_means_more_answers():
    labels, p = faces(1000, np.random.default_rng(2))
    shares = [
        np.mean(choose_reject_band(labels, p, error).predict(p) != "unsure")
        for error in (0.01, 0.03, 0.2)
    ]
    assert 0 < shares[0] < shares[1] < shares[2] == 1


def test_everything_can_be_answered():
    labels, p = ["sad"] * 200 + ["happy"] * 200, [0.1] * 200 + [0.9] * 200
    band = choose_reject_band(labels, p, 0.02)
    assert band.low == band.high == 0.5
    assert choose_reject_band(labels, p, 0.001) == RejectBand(NEVER_SAD, NEVER_HAPPY)


def test_nothing_can_be_answered():
    rng = np.random.default_rng(0)
    labels = np.where(rng.random(500) < 0.5, "happy", "sad")
    band = choose_reject_band(labels, rng.random(500), 0.02)
    assert np.mean(band.predict(rng.random(500)) != "unsure") == 0
    assert choose_reject_band(labels, np.full(500, 0.58), 0.02) == RejectBand(
        NEVER_SAD, NEVER_HAPPY
    )


def test_a_small_part_promises_nothing_it_cannot_know():
    few = needed_faces(0.02)
    assert few == 80
    for number, answers in ((few - 1, 0), (few, 2)):
        labels, p = ["sad"] * number + ["happy"] * number, [0.1] * number + [0.9] * number
        predicted = choose_reject_band(labels, p, 0.02).predict([0.05, 0.95])
        assert (predicted != "unsure").sum() == answers


def test_sad_faces_are_not_sacrificed_to_the_many_happy_ones():
    # 21 to 1: calling every face happy would be wrong in under 5%.
    labels, p = faces(440, np.random.default_rng(4), happy=21 / 22, apart=2)
    band = choose_reject_band(labels, p, 0.05)
    assert band.high >= choose_threshold(labels, p) >= band.low
    sad = p[labels == "sad"]
    assert np.mean(band.predict(sad) == "happy") < 0.5


@pytest.mark.parametrize("label", ["happy", "sad"])
def test_one_class_only_is_nothing_to_choose_by(label):
    p = np.linspace(0, 1, 300)
    assert choose_threshold([label] * 300, p) == 0.5
    assert choose_reject_band([label] * 300, p, 0.02) == RejectBand(NEVER_SAD, NEVER_HAPPY)


@pytest.mark.parametrize("error", [0, 1, -0.1, 2, float("nan")])
def test_an_error_that_is_no_share(error):
    for function in (needed_faces, lambda e: choose_reject_band(["happy", "sad"], [0.9, 0.1], e)):
        with pytest.raises(UserError, match="max_error is a share"):
            function(error)


def test_the_threshold_lies_midway():
    assert choose_threshold(["sad"] * 3 + ["happy"] * 3, [0.2] * 3 + [0.9] * 3) == (0.2 + 0.9) / 2
    assert choose_threshold(["sad", "happy"], [0.5, 0.5]) == 0.5


def test_the_threshold_does_not_depend_on_the_shares_of_the_classes():
    rng = np.random.default_rng(5)
    labels, p = faces(4000, rng, happy=0.5)
    rare = (labels == "happy") | (rng.random(4000) < 1 / 21)
    threshold = choose_threshold(labels[rare], p[rare])
    shares = [np.mean(p[labels == "happy"] >= t) + np.mean(p[labels == "sad"] < t)
              for t in (threshold, choose_threshold(labels, p))]  # fmt: skip
    assert shares[0] == pytest.approx(shares[1], abs=0.04)
    assert 0.1 < threshold < 0.9


def test_the_threshold_is_within_one_standard_error_of_the_best():
    labels, p = faces(300, np.random.default_rng(6), apart=1.5)
    p = p.round(2)  # ties

    def balanced(t: float) -> float:
        return float(np.mean(p[labels == "happy"] >= t) + np.mean(p[labels == "sad"] < t)) / 2

    best = max(balanced(t) for t in np.linspace(0, 1, 1001))
    assert best - 0.03 < balanced(choose_threshold(labels, p)) <= best
    order = np.random.default_rng(0).permutation(300)
    assert choose_threshold(labels[order], p[order]) == choose_threshold(labels, p)


def test_the_threshold_of_few_faces_is_no_matter_of_luck():
    rng = np.random.default_rng(7)
    chosen, lucky = [], []
    for _ in range(100):
        labels, p = faces(60, rng, apart=1.5)
        chosen.append(choose_threshold(labels, p))
        order = np.argsort(p)
        happy = labels[order] == "happy"
        missed = np.cumsum(happy) / happy.sum() - np.cumsum(~happy) / (~happy).sum()
        lucky.append(p[order][np.argmin(missed)])
    assert np.std(chosen) < 0.8 * np.std(lucky)


@pytest.mark.parametrize(("k", "n", "confidence"), [(0, 80, 0.8), (3, 100, 0.9), (9, 10, 0.95)])
def test_upper_limit_is_where_so_few_become_unlikely(k, n, confidence):
    limit = float(upper_limit(k, n, confidence))
    assert binom.cdf(k, n, limit) == pytest.approx(1 - confidence)


def test_upper_limit_at_the_ends():
    assert upper_limit([0, 5], [0, 5], 0.8).tolist() == [1, 1]
    assert float(upper_limit(0, 10, 0.8)) == pytest.approx(1 - 0.2 ** (1 / 10))


def test_the_confidence_is_that_of_the_label():
    assert confidence("happy", 0.9) == 0.9
    assert confidence("sad", 0.2) == pytest.approx(0.8)
    assert confidence("unsure", 0.9) is None
    assert confidence_text("sad", 0.2) == "0.80"
    assert confidence_text("sad", 0.0) == "0.99"
    assert confidence_text("unsure", 0.2) == ""
