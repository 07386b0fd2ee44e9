"""Shortcuts: can the label be predicted from facts about the file, without any face?

If so, a model of faces may learn them in place of the expression.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from happysad.utils.image_decoding import read_image, to_gray
from happysad.utils.image_files import open_image
from happysad.utils.progress import report

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
    """How well the label can be predicted from facts about the files."""

    all_facts: Score
    by_fact: dict[str, Score]  # each fact alone, the one that gives most away first
    typical: dict[str, str]  # what each class is like, fact by fact


def file_facts(paths: Sequence[str | Path]) -> pd.DataFrame:
    """Facts of image files, one row each, in their order; ImageError where one cannot be read."""
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as threads:
        return pd.DataFrame(list(threads.map(_facts, paths)))


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
    truth, owner = np.asarray(labels), np.unique(np.asarray(groups), return_inverse=True)[1]
    classes = np.unique(truth)
    least = min((len(np.unique(owner[truth == label])) for label in classes), default=0)
    if least < 2 or len(classes) < 2:
        return None
    # Names become numbers by the alphabet: trees split between them.
    numbers = facts.apply(lambda c: c if is_numeric_dtype(c) else c.astype("category").cat.codes)
    coded = numbers.to_numpy(np.float64)
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


def _facts(path: str | Path) -> dict[str, int | float | str]:
    image = read_image(path)
    gray = to_gray(image)
    height, width = gray.shape
    with open_image(Path(path).read_bytes()) as opened:
        file_format = opened.format or "unknown"
    # JPEG brings grey pictures back as three channels that differ by a grey value or two.
    spread = int(np.ptp(image, axis=2).max()) if image.ndim == 3 else 0
    return {
        "width": width,
        "height": height,
        "colour": "colour" if spread > 4 else "grey",
        "format": file_format,
        "bytes per pixel": Path(path).stat().st_size / (width * height),
        "sharpness": float(cv2.Laplacian(gray, cv2.CV_32F).std()),
        "brightness": float(gray.mean()),
        "contrast": float(gray.std()),
    }


def _out_of_fold(
    columns: NDArray[np.float64], truth: NDArray[np.str_], folds: list[Any], seed: int
) -> NDArray[Any]:
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
    draws = (rng.integers(0, groups, groups) for _ in range(_RESAMPLES))
    values = [mean_recalls(np.bincount(draw, minlength=groups).astype(float)) for draw in draws]
    low, high = np.nanpercentile(values, (2.5, 97.5), axis=0)
    whole = mean_recalls(np.ones(groups))
    return [Score(*map(float, three)) for three in zip(whole, low, high, strict=True)]


def _typical(fact: pd.Series[Any], truth: NDArray[np.str_]) -> str:
    """Such as ``happy 92% grey, sad 88% colour`` or ``median: happy 350, sad 120``."""
    by_class = fact.groupby(truth)
    if is_numeric_dtype(fact):
        return f"median: {', '.join(f'{label} {m:.3g}' for label, m in by_class.median().items())}"
    shares = {label: rows.value_counts(normalize=True) for label, rows in by_class}
    return ", ".join(f"{label} {s.iloc[0]:.0%} {s.index[0]}" for label, s in shares.items())
