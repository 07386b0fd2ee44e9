"""ROC and precision-recall curves, happy as the positive class, with bootstrap bands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from happysad.experiments.reporting.figures.style import (
    GREY,
    drawing,
    limits,
    line_styles,
    part_title,
)
from happysad.experiments.reporting.formats import with_interval

N_RESAMPLES = 200
_GRID = np.linspace(0.0, 1.0, 1001)
_SEED = 0

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Curve = Callable[[Bools, Floats], Floats]


def save_roc(
    predictions: pd.DataFrame,
    path: Path,
    models: Sequence[str],
    banded: Collection[str] = (),
    intervals: pd.DataFrame | None = None,
) -> None:
    """True positive rate over false positive rate, happy as the positive class (Fawcett 2006).

    The band of a model in ``banded`` holds, at each false positive rate, the middle 95% of the
    curves of ``N_RESAMPLES`` resamples of the images. The legend's intervals of the area are those
    of ``intervals.csv``.
    """
    with drawing(path, 6.2, 6.4) as figure:
        ax = figure.subplots()
        ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":", label="chance")
        for name in models:
            happy, p = _arrays(predictions, name)
            area = with_interval(roc_auc_score(happy, p), *limits(intervals, name, "roc_auc"))
            _draw(ax, _roc, happy, p, name, f"{name}  AUC {area}", name in banded)
        ax.set(xlabel="false positive rate", ylabel="true positive rate (happy is positive)")
        _finish(ax, f"ROC: {part_title(predictions)}", "lower right")


def save_precision_recall(
    predictions: pd.DataFrame, path: Path, models: Sequence[str], banded: Collection[str] = ()
) -> None:
    """Precision of "happy" over its recall (Davis and Goadrich 2006), with average precision.

    The dotted line is the share of happy faces: the precision of a model that knows nothing.
    """
    with drawing(path, 6.2, 6.4) as figure:
        ax = figure.subplots()
        chance = float((predictions["label"] == "happy").mean())
        ax.axhline(chance, color=GREY, linewidth=1, linestyle=":", label=f"chance {chance:.2f}")
        for name in models:
            happy, p = _arrays(predictions, name)
            label = f"{name}  AP {average_precision_score(happy, p):.3f}"
            _draw(ax, _precision, happy, p, name, label, name in banded)
        ax.set(xlabel="recall (happy is positive)", ylabel="precision")
        _finish(ax, f"Precision and recall: {part_title(predictions)}", "lower left")


def _draw(
    ax: Any, curve: Curve, happy: Bools, p: Floats, name: str, label: str, banded: bool
) -> None:
    look = line_styles([name])[name]
    ax.plot(_GRID, curve(happy, p), label=label, markevery=125, **look.line() | look.point())
    if banded:
        low, high = np.percentile(_resampled(curve, happy, p), [2.5, 97.5], axis=0)
        ax.fill_between(_GRID, low, high, color=look.color, alpha=0.15, linewidth=0)


def _resampled(curve: Curve, happy: Bools, p: Floats) -> Floats:
    """The curves of resamples that hold both classes, one a row."""
    random = np.random.default_rng(_SEED)
    made: list[Floats] = []
    while len(made) < N_RESAMPLES:
        rows = random.integers(0, len(p), len(p))
        if 0 < happy[rows].sum() < len(rows):
            made.append(curve(happy[rows], p[rows]))
    return np.stack(made)


def _roc(happy: Bools, p: Floats) -> Floats:
    false, true, _ = roc_curve(happy, p, drop_intermediate=False)
    return np.asarray(np.interp(_GRID, false, true), dtype=np.float64)


def _precision(happy: Bools, p: Floats) -> Floats:
    """The precision at the highest threshold that reaches each recall."""
    precision, recall, _ = precision_recall_curve(happy, p)
    # Recall 0 is the point (0, 1) that scikit-learn adds, which no threshold has.
    recall, precision = recall[-2::-1], precision[-2::-1]
    at = np.minimum(np.searchsorted(recall, _GRID - 1e-12), len(recall) - 1)
    return np.asarray(precision[at], dtype=np.float64)


def _arrays(predictions: pd.DataFrame, name: str) -> tuple[Bools, Floats]:
    own = predictions[predictions["model"] == name]
    return (own["label"] == "happy").to_numpy(bool), own["p_happy"].to_numpy(np.float64)


def _finish(ax: Any, title: str, corner: str) -> None:
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal", title=title)
    ax.grid(True)
    ax.legend(loc=corner, handlelength=3.2, frameon=True, framealpha=0.85, edgecolor="none")
