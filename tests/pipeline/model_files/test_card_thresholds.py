"""Thresholds for "unsure" on the card."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.pipeline.evaluation.abstention import choose_reject_band
from happysad.pipeline.model_files.card_thresholds import (
    MAX_ERRORS,
    band_entries,
    card_errors,
    card_reject_band,
    model_reject_band,
)
from happysad.pipeline.model_files.model_file import read_card
from happysad.pipeline.model_files.shipped import SHIPPED
from happysad.utils.errors import UserError


@pytest.fixture(scope="module")
def answers():
    """2,000 faces whose p_happy means what it says."""
    rng = np.random.default_rng(0)
    p = rng.beta(0.4, 0.4, 2000)
    return np.where(rng.random(2000) < p, "happy", "sad").tolist(), p


def test_entries_are_the_bands_chosen(answers):
    entries = band_entries(*answers)
    assert [entry["max_error"] for entry in entries] == sorted(
        entry["max_error"] for entry in entries
    )
    assert {entry["max_error"] for entry in entries} <= set(MAX_ERRORS)
    for entry in entries:
        band = choose_reject_band(*answers, entry["max_error"])
        assert (entry["low"], entry["high"]) == (band.low, band.high)
        assert entry["coverage"] == (band.predict(answers[1]) != "unsure").mean()
    answered = [entry["coverage"] for entry in entries]
    assert answered == sorted(answered)
    assert answered[0] < answered[-1]


def test_too_few_faces_give_no_entries():
    assert band_entries(["happy", "sad"] * 3, [0.9, 0.1] * 3) == []
    assert band_entries(["happy"] * 500, [0.9] * 500) == []


CARD = {
    "model": "mine",
    "unsure": [
        {"max_error": 0.1, "low": 0.4, "high": 0.6, "coverage": 0.9},
        {"max_error": 0.02, "low": 0.1, "high": 0.9, "coverage": 0.5},
    ],
}


@pytest.mark.parametrize(("asked", "low"), [(0.02, 0.1), (0.05, 0.1), (0.1, 0.4), (0.5, 0.4)])
def test_the_nearest_error_below_is_taken(asked, low):
    assert card_reject_band(CARD, asked).low == low
    assert card_errors(CARD) == [0.02, 0.1]


def test_what_the_card_cannot_do_is_one_sentence():
    with pytest.raises(UserError, match=r"^mine cannot keep to an error of 0.01: .* is 0.02$"):
        card_reject_band(CARD, 0.01)
    with pytest.raises(UserError, match="the card of old has no thresholds"):
        card_reject_band({"model": "old"}, 0.05)
    for wrong in (0, 1, -1, 7, float("nan")):
        with pytest.raises(UserError, match="a share between 0 and 1"):
            card_reject_band(CARD, wrong)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_models_have_them(name):
    card = read_card(name)
    assert set(card_errors(card)) == set(MAX_ERRORS)
    narrow, wide = card_reject_band(card, 0.1), card_reject_band(card, 0.02)
    assert wide.low < narrow.low < narrow.high <= wide.high
    assert 0 < wide.low < 0.5 < wide.high < 1


def test_a_model_is_named_by_name_or_file(tmp_path):
    assert model_reject_band("texture-svm", None) is None
    assert model_reject_band("texture-svm", 0.05) == card_reject_band(
        read_card("texture-svm"), 0.05
    )
    with pytest.raises(UserError, match="has no card"):
        model_reject_band(tmp_path / "none.joblib", 0.05)
