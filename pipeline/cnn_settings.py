"""The settings of ``pipeline.cnn``: the usual ones, and what is out of range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from happysad.features.errors import UserError

SIZES = range(8, 129)  # three halvings need 8 pixels; 128 is the largest the design asks for
PRECISIONS = ("auto", "float32", "bfloat16")


class Schedule(NamedTuple):
    """What a training does where the user does not say; see ``CnnClassifier``."""

    epochs: int
    learning_rate: float
    dropout: float
    patience: int
    batch_size: int = 64


SCHEDULES = {"small": Schedule(28, 2e-3, 0.5, 8), "resnet": Schedule(20, 3e-3, 0.2, 20)}
"""Of each architecture, from scratch. The means of batch norm lag behind the weights while the
learning rate is high, so the validation loss of "resnet" jumps until the end."""

FINE_TUNING = {"small": Schedule(12, 5e-4, 0.5, 8), "resnet": Schedule(10, 5e-4, 0.2, 10)}
"""Of each architecture, from weights that have learned already."""

FEW_FACES = 2000
SMALL_BATCH = 16
"""For fewer faces than that: batches of 64 would leave a handful of steps an epoch."""


def schedule_of(settings: Mapping[str, Any], n_faces: int) -> Schedule:
    """The schedule of a classifier's parameters: its own where given, else the usual."""
    table = SCHEDULES if settings["start_from"] is None else FINE_TUNING
    usual = table[settings["architecture"]]
    if n_faces < FEW_FACES:
        usual = usual._replace(batch_size=SMALL_BATCH)
    given = {name: settings[name] for name in Schedule._fields if settings[name] is not None}
    return usual._replace(**given)


def check_settings(settings: Mapping[str, Any]) -> None:
    """UserError that names the first of a classifier's parameters that is out of range."""
    if settings["architecture"] not in SCHEDULES:
        known = " or ".join(map(repr, SCHEDULES))
        raise UserError(f"architecture is {settings['architecture']!r}: give {known}.")
    if settings["input_size"] not in SIZES:
        raise UserError(f"input_size is {settings['input_size']}: give 8 to 128 pixels.")
    for name in ("epochs", "batch_size", "patience"):
        value = settings[name]
        if value is not None and value < 1:
            raise UserError(f"{name} is {value}: give 1 or more.")
    if settings["precision"] not in PRECISIONS:
        raise UserError(f"precision is {settings['precision']!r}: give one of {PRECISIONS}.")
