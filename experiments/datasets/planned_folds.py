"""In how many folds a data set is cut, and which of its images: what ``compare`` does unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from happysad.experiments.runner.fit_tasks import Rows
from happysad.pipeline.data.folds import most_folds

if TYPE_CHECKING:
    from happysad.pipeline.data.dataset import DataSet

FEW_IMAGES, FOLDS = 200, 5
"""Below so many images, cross-validation in so many folds, where neither was asked for."""


def planned_folds(asked: int | None, data: DataSet) -> tuple[int, str]:
    """How many folds are made, and a sentence where that is not what was asked for.

    A part drawn from few images is too small to tell models apart, and few persons make few folds.

    Examples
    --------
    >>> from happysad.pipeline.data.dataset import load_data
    >>> from happysad.pipeline.demo.demo_faces import demo_folder
    >>> planned_folds(5, load_data(demo_folder(n_samples=24)))
    (5, '')
    """
    few = asked is None and data.drawn and len(data.frame) < FEW_IMAGES
    wanted = FOLDS if few else asked or 0
    if not wanted:
        return 0, ""
    used = data.frame.iloc[fold_rows(data)]
    folds = min(wanted, max(2, most_folds(used["label"].tolist(), used["group"].tolist())))
    persons = f"{folds} folds, as one class is of {folds} different people or scenes"
    if few:
        count = f"{FOLDS} folds" if folds == FOLDS else persons
        return folds, (
            f"{len(used)} images, fewer than {FEW_IMAGES}: cross-validated in {count}, in the "
            "place of parts (which --folds 0 uses)"
        )
    return folds, "" if folds == wanted else f"{persons}, and not {wanted}"


def fold_rows(data: DataSet) -> Rows:
    """All rows but those of an official test part, which stays untouched."""
    parts = ["train", "val", "test"] if data.drawn else ["train", "val"]
    return np.flatnonzero(data.frame["split"].isin(parts))
