"""Thresholds for "unsure" on the card."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.pipeline.evaluation.abstention import RejectBand, choose_reject_band
from happysad.pipeline.evaluation.neutral_band import choose_neutral_band
from happysad.pipeline.model_files.card_thresholds import (
    MAX_ERRORS,
    applied_reject_band,
    band_entries,
    card_errors,
    card_reject_band,
    default_entry,
    model_reject_band,
)
from happysad.pipeline.model_files.model_file import read_card
from happysad.pipeline.model_files.shipped import NETWORKS, SHIPPED
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
    too_small = {"stack": {0.005}}  # which its validation part has too few faces for
    assert set(card_errors(card)) == set(MAX_ERRORS) - too_small.get(name, set())
    narrow, wide = card_reject_band(card, 0.1), card_reject_band(card, 0.02)
    assert wide.low < narrow.low <= narrow.high < wide.high
    assert 0 < wide.low < 0.5 < wide.high < 1


def test_the_default_is_chosen_by_neutral_faces_and_measured_on_the_others_too(answers):
    labels, p = answers
    neutral, other = np.linspace(0.2, 0.7, 300), np.linspace(0, 1, 100)
    asked = [*labels, *["neutral"] * 300], [*p, *neutral]
    entry = default_entry([*asked[0], *["angry", "fear"] * 50], [*asked[1], *other], 0.8)
    band = choose_neutral_band(*asked, coverage=0.8)
    assert (entry["low"], entry["high"]) == (band.low, band.high)
    assert entry["coverage"] == (band.predict(p) != "unsure").mean() >= 0.8
    assert list(entry["rejected"]) == ["happy", "sad", "neutral", "other"]
    for kind, own in (("neutral", neutral), ("other", other)):
        assert entry["rejected"][kind] == (band.predict(own) == "unsure").mean()
    assert "other" not in default_entry(*asked)["rejected"]
    with pytest.raises(UserError, match="holds no neutral faces"):
        default_entry(labels, p)


@pytest.mark.parametrize("name", [*SHIPPED, *NETWORKS])
def test_the_shipped_models_have_a_default_that_answers_most_happy_and_sad_faces(name):
    entry = read_card(name)["default"]
    assert 0 < entry["low"] < 0.5 <= entry["high"] < 1
    assert 0.85 <= entry["coverage"] < 0.87
    assert entry["rejected"]["neutral"] > 2 * (1 - entry["coverage"])


def test_what_is_applied():
    usual = CARD | {"default": {"low": 0.2, "high": 0.7, "coverage": 0.85}}
    assert applied_reject_band(usual) == RejectBand(0.2, 0.7)
    assert applied_reject_band(usual, 0.1) == RejectBand(0.4, 0.6)
    assert applied_reject_band(usual, always_answer=True) is None
    assert applied_reject_band(CARD) is None  # a model that has seen no neutral faces
    for card in (usual, CARD):
        with pytest.raises(UserError, match="either every face is answered or an error"):
            applied_reject_band(card, 0.1, always_answer=True)


def test_a_model_is_named_by_name_or_file(tmp_path):
    card = read_card("texture-svm")
    assert model_reject_band("texture-svm") == applied_reject_band(card) is not None
    assert model_reject_band("texture-svm", 0.05) == card_reject_band(card, 0.05)
    assert model_reject_band("texture-svm", always_answer=True) is None
    with pytest.raises(UserError, match="there is no model file"):
        model_reject_band(tmp_path / "none.joblib", 0.05)
