"""Shortcuts: can the label be predicted from facts about the file, without any face?

A model of these facts that does better than chance shows what a model of faces may learn in place
of the expression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from happysad.utils.progress import report

if TYPE_CHECKING:
    import pandas as pd

_FOLDS = 5
_RESAMPLES = 1000


@dataclass(frozen=True)
class Score:
    """A cross-validated balanced accuracy with its 95% interval; chance is 0.5."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclass(frozen=True)
class Shortcuts:
    """How well the label can be predicted from facts about the files.

    Attributes
    ----------
    all_facts : Score
    by_fact : dict of str to Score
        Each fact alone, the one that gives most away first.
    typical : dict of str to str
        What each class is like, fact by fact.
    """

    all_facts: Score
    by_fact: dict[str, Score]
    typical: dict[str, str]


def find_shortcuts(
    facts: pd.DataFrame, labels: Sequence[str], groups: Sequence[str], seed: int = 0
) -> Shortcuts | None:
    """Fit shallow trees on facts: a forest on all of them, one tree on each alone.

    Parameters
    ----------
    facts : pandas.DataFrame
        One row per image, numbers or names, such as ``file_facts`` gives.
    labels, groups : sequences of str
        Of each image its class and what must stay on one side of a split.
    seed : int

    Returns
    -------
    Shortcuts, or None where a class is in fewer than two groups

    Examples
    --------
    >>> import pandas as pd
    >>> labels, people = ["happy", "sad"] * 10, [f"person {n}" for n in range(20)]
    >>> facts = pd.DataFrame({"format": ["PNG", "JPEG"] * 10, "width": [48] * 20})
    >>> found = find_shortcuts(facts, labels, people)
    >>> {name: score.value for name, score in found.by_fact.items()}
    {'format': 1.0, 'width': 0.5}

    Notes
    -----
    Balanced accuracy of out-of-fold predictions, stratified and grouped five-fold
    cross-validation (fewer folds where a class has fewer groups), the classes weighted alike;
    percentile bootstrap over groups, 1,000 resamples.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    truth, owner = np.asarray(labels), np.unique(np.asarray(groups), return_inverse=True)[1]
    least = min(len(np.unique(owner[truth == label])) for label in np.unique(truth))
    if least < 2 or len(np.unique(truth)) < 2:
        return None
    # Names become numbers by the alphabet: trees split between them.
    codes = [
        c if _is_numeric(c) else np.unique(c, return_inverse=True)[1] for _, c in facts.items()
    ]
    coded = np.column_stack(codes).astype(np.float64)
    splitter = StratifiedGroupKFold(min(_FOLDS, least), shuffle=True, random_state=seed)
    folds = list(splitter.split(coded, truth, owner))
    subsets = [coded, *np.hsplit(coded, coded.shape[1])]
    predictions = []
    for done, columns in enumerate(subsets, 1):
        predictions.append(_out_of_fold(columns, truth, folds, seed))
        report("looking for shortcuts", done, len(subsets))
    scores = _scores(truth, predictions, owner, seed)
    single = dict(zip(facts.columns, scores[1:], strict=True))
    ranked = dict(sorted(single.items(), key=lambda item: -item[1].value))
    return Shortcuts(scores[0], ranked, {name: _typical(facts[name], truth) for name in ranked})


def _out_of_fold(
    columns: NDArray[np.float64], truth: NDArray[np.str_], folds: list[Any], seed: int
) -> NDArray[Any]:
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.model_selection import cross_val_predict
    from sklearn.tree import DecisionTreeClassifier

    model = DecisionTreeClassifier(
        max_depth=3, min_samples_leaf=0.01, class_weight="balanced", random_state=seed
    )
    if columns.shape[1] > 1:
        # Trees cut at random hold better for new people than boosted ones: 0.75 against 0.68
        # on muxspace, whose sad faces come from a few films.
        model = ExtraTreesClassifier(
            100, max_depth=6, min_samples_leaf=5, class_weight="balanced", random_state=seed
        )
    return np.asarray(cross_val_predict(model, columns, truth, cv=folds))


def _scores(
    truth: NDArray[np.str_], predictions: list[NDArray[Any]], owner: NDArray[np.int64], seed: int
) -> list[Score]:
    """Balanced accuracies; resampled by the counts of right and all images of each group."""
    groups, labels = int(owner.max()) + 1, np.unique(truth)
    in_class = [np.bincount(owner[truth == label], minlength=groups) for label in labels]
    right = [
        np.bincount(owner[(truth == label) & (predicted == truth)], minlength=groups)
        for predicted in predictions
        for label in labels
    ]
    rights, totals = np.stack(right).astype(float), np.stack(in_class).astype(float)

    def mean_recalls(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(invalid="ignore"):  # a class may be missing from a resample
            shares = (rights @ weights).reshape(-1, len(labels)) / (totals @ weights)
        return np.asarray(shares.mean(axis=1), np.float64)

    rng = np.random.default_rng(seed)
    values = [
        mean_recalls(np.bincount(rng.integers(0, groups, groups), minlength=groups).astype(float))
        for _ in range(_RESAMPLES)
    ]
    low, high = np.nanpercentile(values, (2.5, 97.5), axis=0)
    whole = mean_recalls(np.ones(groups))
    return [Score(*map(float, three)) for three in zip(whole, low, high, strict=True)]


def _typical(fact: pd.Series[Any], truth: NDArray[np.str_]) -> str:
    """Such as ``happy 92% grey, sad 88% colour`` or ``median: happy 350, sad 120``."""
    if not _is_numeric(fact):
        parts = []
        for label in np.unique(truth):
            shares = fact[truth == label].value_counts(normalize=True)
            parts.append(f"{label} {shares.iloc[0]:.0%} {shares.index[0]}")
        return ", ".join(parts)
    medians = (f"{label} {fact[truth == label].median():.3g}" for label in np.unique(truth))
    return f"median: {', '.join(medians)}"


def _is_numeric(fact: pd.Series[Any]) -> bool:
    return fact.dtype.kind in "biuf"
