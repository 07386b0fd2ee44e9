"""The band against neutral faces: as good as any, by brute force, and mistakes in a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.pipeline.evaluation.abstention import NEVER_HAPPY, NEVER_SAD, RejectBand
from happysad.pipeline.evaluation.neutral_band import choose_neutral_band, rejected_shares
from happysad.utils.errors import UserError

KINDS = ("happy", "sad", "neutral")


def faces(n: int, seed: int, digits: int = 6):
    """Labels, each kind at least once, and p_happy; with few digits many faces have the same."""
    rng = np.random.default_rng(seed)
    labels = np.array([*KINDS, *rng.choice(KINDS, n - 3)])
    middle = np.select([labels == "happy", labels == "sad"], [1.0, -1.2], -0.3)
    return labels, (1 / (1 + np.exp(-2 * rng.normal(middle, 1)))).round(digits)


def counts(labels, p, low: float, high: float) -> tuple[int, int]:
    """Neutral faces rejected, and happy and sad faces answered."""
    unsure = (p >= low) & (p < high)
    neutral = labels == "neutral"
    return int((unsure & neutral).sum()), int((~unsure & ~neutral).sum())


def best_of_all(labels, p, coverage: float) -> tuple[int, int]:
    """The same of the best of all pairs of thresholds about 0.5, tried one by one."""
    cuts = [0.0, *np.unique(p), 0.5, 2.0]
    least = coverage * (labels != "neutral").sum() - 1e-9
    pairs = [counts(labels, p, low, high) for low in cuts for high in cuts if low <= 0.5 <= high]
    return max(pair for pair in pairs if pair[1] >= least)


@pytest.mark.parametrize("digits", [1, 2, 6])
@pytest.mark.parametrize("coverage", [0.3, 0.7, 0.85, 0.9, 1.0])
def test_no_other_pair_of_thresholds_is_better(coverage, digits):
    for seed in range(12):
        labels, p = faces(4 + 7 * seed, seed, digits)
        band = choose_neutral_band(labels, p, coverage)
        assert counts(labels, p, band.low, band.high) == best_of_all(labels, p, coverage), seed


def test_the_order_of_the_faces_does_not_count():
    labels, p = faces(500, 3)
    order = np.random.default_rng(0).permutation(500)
    assert choose_neutral_band(labels[order], p[order]) == choose_neutral_band(labels, p)


def test_no_answer_goes_against_its_probability():
    labels = ["sad"] * 90 + ["neutral"] * 9 + ["happy"] * 90  # neutral ones look sad
    p = [0.1] * 90 + [0.3] * 9 + [0.9] * 90
    assert choose_neutral_band(labels, p) == RejectBand(0.2, 0.5)


def test_the_less_must_be_answered_the_more_neutral_faces_are_rejected():
    labels, p = faces(2000, 4)
    rejected = [
        rejected_shares(labels, p, choose_neutral_band(labels, p, coverage))["neutral"]
        for coverage in (0.5, 0.7, 0.85, 1.0)
    ]
    assert rejected == sorted(rejected, reverse=True)
    assert rejected[0] > 0.6 > 0.1 > rejected[-1]


def test_shares_that_are_no_round_number_of_faces():
    labels = ["happy"] * 5 + ["sad"] * 5 + ["neutral"] * 2
    p = [0.9] * 5 + [0.1] * 4 + [0.5] * 3
    assert choose_neutral_band(labels, p, 0.9) == RejectBand(0.3, 0.7)  # one in ten
    nothing = choose_neutral_band(labels, p, 0.91)
    assert nothing.low == nothing.high


def test_where_nothing_is_won_every_face_is_answered_about_a_half():
    band = choose_neutral_band(["sad", "neutral", "happy"], [0.2, 0.2, 0.8])
    assert band == RejectBand(0.5, 0.5)


def test_the_band_can_reach_the_ends():
    happy, sad = ["happy"] * 8 + ["sad"] * 2, ["sad"] * 8 + ["happy"] * 2
    band = choose_neutral_band([*happy, "neutral"], [0.9] * 8 + [0.1] * 2 + [0.1], 0.8)
    assert band == RejectBand(NEVER_SAD, 0.5)
    band = choose_neutral_band([*sad, "neutral"], [0.1] * 8 + [0.9] * 2 + [0.9], 0.8)
    assert band == RejectBand(0.5, NEVER_HAPPY)


def test_many_faces_take_no_time():
    labels, p = faces(200_000, 5)
    assert choose_neutral_band(labels, p).low > 0


def test_shares_of_each_kind():
    labels = ["happy", "happy", "sad", "neutral", "angry", "fear"]
    band = RejectBand(0.4, 0.6)
    shares = rejected_shares(labels, [0.5, 0.9, 0.1, 0.45, 0.55, 0.6], band)
    assert shares == {"happy": 0.5, "sad": 0.0, "neutral": 1.0, "other": 0.5}
    assert rejected_shares(["sad"], [0.5], band) == {"sad": 1.0}


@pytest.mark.parametrize(
    ("labels", "p", "coverage", "told"),
    [
        (["happy", "sad", "angry"], [0.9, 0.1, 0.5], 0.85, "'angry', not happy, sad or neutral"),
        (["happy", "sad"], [0.9, 0.1], 0.85, "holds no neutral faces"),
        (["happy", "neutral"], [0.9, 0.1], 0.85, "holds no sad faces"),
        (KINDS, [0.9, 0.1], 0.85, "3 labels and p_happy 2 numbers"),
        (KINDS, [0.9, 0.1, 1.5], 0.85, "probabilities from 0 to 1"),
        (KINDS, [0.9, 0.1, float("nan")], 0.85, "probabilities from 0 to 1"),
        ([], [], 0.85, "there is nothing to evaluate"),
        (KINDS, [0.9, 0.1, 0.5], 0, "a share above 0 and up to 1 such as 0.85, not 0"),
        (KINDS, [0.9, 0.1, 0.5], 85, "not 85"),
        (KINDS, [0.9, 0.1, 0.5], float("nan"), "not nan"),
    ],
)
def test_mistakes_are_one_sentence(labels, p, coverage, told):
    with pytest.raises(UserError, match=told):
        choose_neutral_band(labels, p, coverage)
