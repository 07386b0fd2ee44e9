"""The labels of ``pipeline.cnn`` as numbers: classes, their weights, a part held out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from happysad.utils.errors import UserError

ClassWeight = Literal["balanced"] | Mapping[str, float] | None


def encode(labels: NDArray[Any]) -> tuple[NDArray[np.str_], NDArray[np.float32]]:
    """The two classes, sorted, and for each label 0 or 1, the index of its class."""
    classes, indices = np.unique(labels, return_inverse=True)
    return classes, indices.astype(np.float32)


def hold_out(
    targets: NDArray[np.float32], fraction: float, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows held out and rows kept: ``fraction`` of each class, at least one face of each."""
    counts = np.bincount(targets.astype(int))
    if counts.min() < 2 or not 0 < fraction < 1:
        raise UserError(
            f"No validation part can be held out of {counts[0]} and {counts[1]} faces with "
            f"validation_fraction {fraction}: give at least 2 faces a class and a fraction "
            "between 0 and 1."
        )
    n_held = min(max(2, round(fraction * len(targets))), len(targets) - 2)
    rows = np.arange(len(targets))
    kept, held = train_test_split(rows, test_size=n_held, stratify=targets, random_state=seed)
    return np.sort(held), np.sort(kept)


def class_weights(
    wanted: ClassWeight, classes: NDArray[np.str_], targets: NDArray[np.float32]
) -> tuple[float, float]:
    """The weight of each class in the loss, in the order of ``classes``.

    "balanced" is scikit-learn's rule, n / (2 n_class): both classes count alike in all. A class
    that a dict does not name has weight 1.

    Raises
    ------
    UserError
        Another word, a class that is not there, or a weight that is not above 0.
    """
    if wanted is None:
        return 1.0, 1.0
    if isinstance(wanted, str) and wanted == "balanced":
        counts = np.bincount(targets.astype(int), minlength=2)
        first, second = len(targets) / (2 * counts)
        return float(first), float(second)
    if not isinstance(wanted, Mapping) or set(wanted) - set(classes):
        raise UserError(
            f"class_weight is {wanted!r}: give None, 'balanced', or a dict of weights for "
            f"{' and '.join(map(str, classes))}."
        )
    given = [float(wanted.get(name, 1.0)) for name in classes]
    if not all(np.isfinite(weight) and weight > 0 for weight in given):
        raise UserError(f"class_weight is {wanted!r}: each weight is a number above 0.")
    return given[0], given[1]
