"""The settings of ``pipeline.cnn``: the usual ones, and the values that they can have."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, NamedTuple

from sklearn.utils._param_validation import Interval, StrOptions


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


_ONE_OR_MORE = [Interval(Integral, 1, None, closed="left"), None]

CONSTRAINTS: dict[str, list[Any]] = {
    "architecture": [StrOptions(set(SCHEDULES))],
    # three halvings need 8 pixels; 128 is the largest that was tried
    "input_size": [Interval(Integral, 8, 128, closed="both")],
    "epochs": _ONE_OR_MORE,
    "batch_size": _ONE_OR_MORE,
    "learning_rate": [Interval(Real, 0, None, closed="neither"), None],
    "dropout": [Interval(Real, 0, 1, closed="left"), None],
    "rotation": [Interval(Real, 0, 180, closed="both")],
    "zoom": [Interval(Real, 0, 1, closed="left")],
    "flip": ["boolean"],
    "class_weight": [StrOptions({"balanced"}), Mapping, None],
    "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
    "patience": _ONE_OR_MORE,
    "mirror": ["boolean"],
    "precision": [StrOptions({"auto", "float32", "bfloat16"})],
    "random_state": ["random_state"],
    "n_threads": _ONE_OR_MORE,
    "verbose": ["boolean"],
}
"""Of the parameters of ``CnnClassifier``, as scikit-learn states them."""


def schedule_of(settings: Mapping[str, Any], n_faces: int) -> Schedule:
    """The schedule of a classifier's parameters: its own where given, else the usual."""
    table = SCHEDULES if settings["start_from"] is None else FINE_TUNING
    usual = table[settings["architecture"]]
    if n_faces < FEW_FACES:
        usual = usual._replace(batch_size=SMALL_BATCH)
    given = {name: settings[name] for name in Schedule._fields if settings[name] is not None}
    return usual._replace(**given)
