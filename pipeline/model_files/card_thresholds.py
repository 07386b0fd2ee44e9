"""Thresholds for "unsure" on a model's card: those of the default, and of each error allowed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from happysad.pipeline.data.records import LABELS
from happysad.pipeline.evaluation.abstention import (
    NEVER_HAPPY,
    NEVER_SAD,
    RejectBand,
    choose_reject_band,
)
from happysad.pipeline.evaluation.neutral_band import (
    COVERAGE,
    KINDS,
    choose_neutral_band,
    rejected_shares,
)
from happysad.pipeline.evaluation.validation import Labels, Probabilities, check_predictions
from happysad.pipeline.model_files.model_card import read_card
from happysad.utils.errors import UserError

ENTRY, DEFAULT_ENTRY = "unsure", "default"  # of the card

MAX_ERRORS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1)
"""Errors that a card has thresholds for, where there were enough faces."""


def band_entries(y_true: Labels, p_happy: Probabilities) -> list[dict[str, float]]:
    """The card's thresholds for "unsure", of each of ``MAX_ERRORS`` that can be kept to.

    Chosen on faces that the model was not fitted on and is not reported on; ``coverage`` is the
    part of them answered.
    """
    p = check_predictions(y_true, p_happy).p_happy
    entries = []
    for max_error in MAX_ERRORS:
        band = choose_reject_band(y_true, p_happy, max_error)
        if (band.low, band.high) == (NEVER_SAD, NEVER_HAPPY):
            continue
        coverage = float((band.predict(p) != "unsure").mean())
        entries.append(
            {"max_error": max_error, "low": band.low, "high": band.high, "coverage": coverage}
        )
    return entries


def card_errors(card: Mapping[str, Any]) -> list[float]:
    """The errors that a card has thresholds for, the smallest first."""
    return sorted(float(entry["max_error"]) for entry in card.get(ENTRY) or [])


def card_reject_band(card: Mapping[str, Any], max_error: float) -> RejectBand:
    """The thresholds for an error, or for the nearest below it on the card.

    Parameters
    ----------
    card : mapping
        As ``read_card`` gives it.
    max_error : float
        Between 0 and 1.

    Raises
    ------
    UserError
        The card has no thresholds, or none that keep to this error.

    Examples
    --------
    >>> from happysad.pipeline.model_files import card_reject_band, read_card
    >>> band = card_reject_band(read_card("texture-svm"), 0.02)
    >>> 0 < band.low < 0.5 < band.high < 1
    True
    """
    if not isinstance(max_error, float | int) or not 0 < max_error < 1:
        raise UserError(
            f"the error to keep to is a share between 0 and 1 such as 0.05, not {max_error}"
        )
    name, known = card.get("model", "this model"), card_errors(card)
    if not known:
        raise UserError(
            f"the card of {name} has no thresholds for unsure, which take a validation part of "
            "some twenty faces of each class or more: leave the error out, or train it anew"
        )
    usable = [entry for entry in card[ENTRY] if entry["max_error"] <= max_error]
    if not usable:
        raise UserError(
            f"{name} cannot keep to an error of {max_error:g}: the least on its card is "
            f"{known[0]:g}"
        )
    entry = max(usable, key=lambda entry: entry["max_error"])
    return RejectBand(float(entry["low"]), float(entry["high"]))


def default_entry(
    y_true: Labels, p_happy: Probabilities, coverage: float = COVERAGE
) -> dict[str, Any]:
    """The card's thresholds where nothing is asked for: see ``choose_neutral_band``.

    Labels are happy, sad, neutral, and any others, which count as "other" and choose nothing.
    ``coverage`` is the part of the happy and sad faces answered, ``rejected`` the part rejected of
    each kind.
    """
    labels, p = np.array([str(label) for label in y_true], np.str_), np.asarray(p_happy, np.float64)
    chosen = np.isin(labels, KINDS[:-1])
    band = choose_neutral_band(labels[chosen], p[chosen], coverage)
    asked = np.isin(labels, LABELS)
    return {
        "low": band.low,
        "high": band.high,
        "coverage": float((band.predict(p[asked]) != "unsure").mean()),
        "rejected": rejected_shares(labels, p, band),
    }


def applied_reject_band(
    card: Mapping[str, Any], max_error: float | None = None, always_answer: bool = False
) -> RejectBand | None:
    """What is unsure, as asked for; None where every face is answered.

    Parameters
    ----------
    card : mapping
        As ``read_card`` gives it.
    max_error : float, optional
        ``card_reject_band`` of it. Without it the card's default band, and None where the card has
        none, as those that ``compare`` and ``train`` write.
    always_answer : bool
        None, whatever the card says.

    Raises
    ------
    UserError
        Both are given, and as ``card_reject_band``.

    Examples
    --------
    >>> card = {"model": "mine", "default": {"low": 0.2, "high": 0.7}}
    >>> applied_reject_band(card)
    RejectBand(low=0.2, high=0.7)
    >>> print(applied_reject_band(card, always_answer=True))
    None
    """
    if always_answer and max_error is not None:
        raise UserError("either every face is answered or an error is kept to: ask for one of both")
    if max_error is not None:
        return card_reject_band(card, max_error)
    default = None if always_answer else card.get(DEFAULT_ENTRY)
    return RejectBand(float(default["low"]), float(default["high"])) if default else None


def model_reject_band(
    model: str | Path, max_error: float | None = None, always_answer: bool = False
) -> RejectBand | None:
    """``applied_reject_band`` of the card of a shipped name or a model file."""
    return applied_reject_band(read_card(model), max_error, always_answer)
