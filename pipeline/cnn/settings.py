"""Settings of ``CnnClassifier``: the defaults, the values allowed, the weights of classes."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.class_weight import compute_class_weight

from happysad.utils.errors import UserError

ClassWeight = Literal["balanced"] | Mapping[str, float] | None


class Schedule(NamedTuple):
    """How long and how fast a network is trained; see ``CnnClassifier``."""

    epochs: int
    learning_rate: float
    dropout: float
    patience: int
    batch_size: int = 64


SCHEDULES = {
    "small": Schedule(28, 2e-3, 0.5, 8),
    "resnet": Schedule(20, 3e-3, 0.2, 20),
    "resnet18": Schedule(20, 1e-3, 0.2, 20),
}
"""Of each architecture, from scratch. The means of batch norm lag behind the weights while the
learning rate is high, so the validation loss of "resnet" jumps until the end."""

FINE_TUNING = {
    "small": Schedule(12, 5e-4, 0.5, 8),
    "resnet": Schedule(10, 1e-4, 0.2, 10),
    "resnet18": Schedule(10, 1e-4, 0.2, 10),
}
"""Of each architecture, from pretrained weights, with the statistics of batch norm as they are."""

FEW_FACES = 2000
SMALL_BATCH = 16
"""For fewer faces than that: batches of 64 would leave a handful of steps an epoch."""

STATE_DICTS = (".pth", ".pt")
"""Suffixes of files of torchvision's weights, which ``start_from`` takes."""

LEAST_SIDE = 64
"""Of the input of "resnet18", which halves it five times."""

_ONE_OR_MORE = [Interval(Integral, 1, None, closed="left"), None]

CONSTRAINTS: dict[str, list[Any]] = {
    "architecture": [StrOptions(set(SCHEDULES))],
    # three halvings need 8 pixels; 128 is the largest that was tried
    "input_size": [Interval(Integral, 8, 128, closed="both")],
    "epochs": [Interval(Integral, 0, None, closed="left"), None],
    "batch_size": _ONE_OR_MORE,
    "learning_rate": [Interval(Real, 0, None, closed="neither"), None],
    "dropout": [Interval(Real, 0, 1, closed="left"), None],
    "rotation": [Interval(Real, 0, 180, closed="both")],
    "zoom": [Interval(Real, 0, 1, closed="left")],
    "flip": ["boolean"],
    "shift": [Interval(Real, 0, 0.5, closed="both")],
    "photo": ["boolean"],
    "erase": ["boolean"],
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


def check_settings(params: Mapping[str, Any]) -> None:
    """UserError where two parameters do not go together."""
    if params["epochs"] == 0 and params["start_from"] is None:
        raise UserError("epochs=0 leaves the weights as they are: give start_from as well")
    if params["architecture"] == "resnet18" and params["input_size"] < LEAST_SIDE:
        raise UserError(
            f"the architecture resnet18 takes an input_size of {LEAST_SIDE} or more, not "
            f"{params['input_size']}"
        )


def schedule_of(params: Mapping[str, Any], n_faces: int) -> Schedule:
    """The schedule of a classifier's parameters; the default where one of them is None."""
    schedules = SCHEDULES if params["start_from"] is None else FINE_TUNING
    default = schedules[params["architecture"]]
    if n_faces < FEW_FACES:
        default = default._replace(batch_size=SMALL_BATCH)
    given = {name: params[name] for name in Schedule._fields if params[name] is not None}
    return default._replace(**given)


def class_weights(
    class_weight: ClassWeight, classes: NDArray[np.str_], targets: NDArray[np.float32]
) -> tuple[float, float]:
    """The weight of each class in the loss, 1 where a dict leaves it out.

    ``targets``: (n,) float32, the index in ``classes`` of each face's class.
    """
    if isinstance(class_weight, Mapping) and set(class_weight) - set(classes):
        raise UserError(
            f"class_weight is {class_weight!r}: give None, 'balanced', or a dict of weights for "
            f"{' and '.join(map(str, classes))}."
        )
    labels = classes[targets.astype(int)]
    weights = compute_class_weight(class_weight, classes=classes, y=labels)
    if not (np.isfinite(weights) & (weights > 0)).all():
        raise UserError(f"class_weight is {class_weight!r}: each weight is a number above 0.")
    return float(weights[0]), float(weights[1])
