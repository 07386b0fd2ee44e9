"""``--max-error``: where a command says "unsure"."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from happysad.pipeline.unsure import Band

Command = TypeVar("Command", bound=Callable[..., Any])


def max_error_option(command: Command) -> Command:
    """Give a click command the flag."""
    return click.option(
        "--max-error",
        type=float,
        help='Such as 0.05: say "unsure" wherever more than that share might be wrong.',
    )(command)


def band_of(model: str, max_error: float | None) -> Band | None:
    """The thresholds on a model's card for an error; None where none is named.

    Raises
    ------
    UserError
        There is no such model, or its card has no thresholds that keep to the error.
    """
    if max_error is None:
        return None
    from happysad.pipeline.bands import card_band
    from happysad.pipeline.model_card import read_card

    return card_band(read_card(model), max_error)
