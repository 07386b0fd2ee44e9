"""Folds for cross-validation: stratified, with every person and every picture in one fold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.data.records import LABELS
from happysad.pipeline.data.splits import assign_parts
from happysad.utils.errors import UserError

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]


def grouped_folds(
    labels: Sequence[str], groups: Sequence[str], folds: int, seed: int
) -> list[Fold]:
    """Rows to fit on and rows held out, for each fold.

    Parameters
    ----------
    labels, groups : (n,) str
        Images with the same group are held out together.
    folds : int
        2 or more.
    seed : int
        Other seeds give other folds.

    Raises
    ------
    UserError
        A class has fewer groups than there are folds.

    Notes
    -----
    ``StratifiedGroupKFold``; where groups are few and unequal it may leave a fold without one of
    the classes, and whole groups are then dealt out so that no fold is.

    Examples
    --------
    >>> labels, people = ["happy", "sad"] * 4, ["Ann", "Ann", "Bob", "Bob", "Cid", "Cid", "D", "D"]
    >>> for train, test in grouped_folds(labels, people, folds=2, seed=0):
    ...     print(train, test)
    [0 1 6 7] [2 3 4 5]
    [2 3 4 5] [0 1 6 7]
    """
    from sklearn.model_selection import StratifiedGroupKFold

    truth, names = np.asarray(labels, str), np.asarray(groups, str)
    for label in LABELS:
        number = len(np.unique(names[truth == label]))
        if number < folds:
            raise UserError(
                f"too few {label} faces for {folds} folds: {folds} of different people or scenes "
                f"are needed, {number} found; ask for fewer folds"
            )
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    splits = list(splitter.split(np.zeros((len(truth), 1)), truth, names))
    if all(len(np.unique(truth[rows])) == len(LABELS) for split in splits for rows in split):
        return splits
    shares = {str(fold): 1 / folds for fold in range(folds)}
    held_out = np.array(assign_parts(truth.tolist(), names.tolist(), shares, seed))
    return [(np.flatnonzero(held_out != k), np.flatnonzero(held_out == k)) for k in shares]


def most_folds(labels: Sequence[str], groups: Sequence[str]) -> int:
    """How many folds ``grouped_folds`` can make: the groups of the class that has fewer.

    Examples
    --------
    >>> most_folds(["happy", "happy", "sad", "sad"], ["Ann", "Bob", "Ann", "Ann"])
    1
    """
    truth, names = np.asarray(labels, str), np.asarray(groups, str)
    return min(len(np.unique(names[truth == label])) for label in LABELS)
