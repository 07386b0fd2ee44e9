"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from happysad.pipeline.model_files.shipped import DEFAULT, NETWORKS, SHIPPED
from happysad.pipeline.prediction.predict import MODEL_SUFFIXES
from happysad.utils.errors import UserError

model_option = click.option(
    "--model",
    default=DEFAULT,
    show_default=True,
    help=f"{', '.join([*SHIPPED, *NETWORKS])}, which are shipped, or a model file.",
)
max_error_option = click.option(
    "--max-error",
    type=float,
    help='Such as 0.05: say "unsure" wherever more than that share might be wrong. Where not '
    "given, the model's usual thresholds, which leave most happy and sad faces their answer.",
)
always_answer_option = click.option(
    "--always-answer", is_flag=True, help='Say happy or sad of every face, never "unsure".'
)
min_score_option = click.option(
    "--min-score",
    type=float,
    help="Lowest score of the detector, from 0.1 to 1, that counts as a face; the model's "
    "own where not given, 0.6.",
)
min_face_option = click.option(
    "--min-face",
    type=float,
    help="Pixels of the smallest face to look for; less takes longer. The model's own where not "
    "given: 50, or 1/29 of the longer side where that is more.",
)
crops_option = click.option(
    "--crops", is_flag=True, help="The images are tight crops of one face each."
)
seed_option = click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Of every random choice; the same seed gives the same result.",
)
no_cache_option = click.option(
    "--no-cache", is_flag=True, help="Neither read nor keep faces and features."
)
quiet_option = click.option("--quiet", is_flag=True, help="Nothing but the result.")


def reject_model_files(command: str, images: Sequence[str]) -> None:
    """UserError where the first of the images is a model: it goes behind ``--model``."""
    first = images[0]
    if Path(first).suffix.lower() in MODEL_SUFFIXES:
        rest = " ".join(images[1:]) or "IMAGE"
        raise UserError(
            f"{first} is a model, no image: say happysad {command} --model {first} {rest}"
        )
