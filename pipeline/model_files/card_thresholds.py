"""Thresholds for "unsure" on a model's card: the reject band of each largest error allowed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from happysad.pipeline.evaluation.abstention import (
    NEVER_HAPPY,
    NEVER_SAD,
    RejectBand,
    choose_reject_band,
)
from happysad.pipeline.evaluation.validation import Labels, Probabilities, check_predictions
from happysad.pipeline.model_files.model_card import read_card
from happysad.utils.errors import UserError

ENTRY = "unsure"  # of the card

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


def model_reject_band(model: str | Path, max_error: float | None) -> RejectBand | None:
    """``card_reject_band`` of a shipped name or a model file; None where no error is named."""
    return None if max_error is None else card_reject_band(read_card(model), max_error)
