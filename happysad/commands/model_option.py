"""``--model``, ``--max-error`` and ``--min-score``: which model a command asks, how sure it must be
of its answers, and what counts as a face.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from happysad.pipeline.model_files.shipped import DEFAULT, SHIPPED
from happysad.pipeline.prediction.load_any import SUFFIXES
from happysad.utils.errors import UserError

Command = TypeVar("Command", bound=Callable[..., Any])


def model_option(command: Command) -> Command:
    """Give a click command the flag."""
    return click.option(
        "--model",
        default=DEFAULT,
        show_default=True,
        help=f"{' or '.join(SHIPPED)}, which are shipped, or a model file.",
    )(command)


def max_error_option(command: Command) -> Command:
    """Give a click command the flag that says when to say "unsure"."""
    return click.option(
        "--max-error",
        type=float,
        help='Such as 0.05: say "unsure" wherever more than that share might be wrong.',
    )(command)


def min_score_option(command: Command) -> Command:
    """Give a click command the flag that says what counts as a face; see ``check_min_score``."""
    return click.option(
        "--min-score",
        type=float,
        help="Lowest score of the detector, from 0.1 to 1, that counts as a face; the model's "
        "own where not given, 0.6.",
    )(command)


def refuse_model_files(command: str, images: Sequence[str]) -> None:
    """UserError where the first of the images is a model: it goes behind ``--model``."""
    first = images[0]
    if Path(first).suffix.lower() in SUFFIXES:
        rest = " ".join(images[1:]) or "IMAGE"
        raise UserError(
            f"{first} is a model, no image: say happysad {command} --model {first} {rest}"
        )
