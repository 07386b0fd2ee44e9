"""ROC and precision-recall curves, happy as the positive class, with bootstrap bands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
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

from happysad.experiments.reporting.figures.model_styles import line_styles
from happysad.experiments.reporting.figures.style import (
    GREY,
    WIDTH,
    drawing,
    limits,
    part_title,
    shared_legend,
)
from happysad.experiments.reporting.formats import with_interval

N_RESAMPLES = 200
CORNER = 0.2  # of both axes, where the curves of good models run close together
GOOD = 0.95  # area under the ROC curve from which a model's curves enter it
_GRID = np.linspace(0.0, 1.0, 1001)
_SEED = 0
LONG = 44  # letters of a label: from there on the legend has one column

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
    of ``intervals.csv``. The second panel is the corner of the first that good models share.
    """
    labels = {}
    for name in models:
        area = roc_auc_score(*_arrays(predictions, name))
        ends = limits(intervals, name, "roc_auc")
        labels[name] = f"{name}  AUC {with_interval(area, *ends)}"
    title, good = f"ROC: {part_title(predictions, models)}", _any_good(predictions, models)
    with _panels(path, title, (0, CORNER), [*labels.values()], good) as axes:
        for ax in axes:
            ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":", label="chance")
            ax.set(xlabel="false positive rate", ylabel="true positive rate (happy is positive)")
        _draw(axes, _roc, predictions, labels, banded)


def save_precision_recall(
    predictions: pd.DataFrame, path: Path, models: Sequence[str], banded: Collection[str] = ()
) -> None:
    """Precision of "happy" over its recall (Davis and Goadrich 2006), with average precision.

    The dotted line is the share of happy faces: the precision of a model that knows nothing.
    """
    chance = float((predictions["label"] == "happy").mean())
    labels = {
        name: f"{name}  AP {average_precision_score(*_arrays(predictions, name)):.3f}"
        for name in models
    }
    title = f"Precision and recall: {part_title(predictions, models)}"
    good = _any_good(predictions, models)
    with _panels(path, title, (1 - CORNER, 1), [*labels.values()], good) as axes:
        for ax in axes:
            ax.axhline(chance, color=GREY, linewidth=1, linestyle=":", label=f"chance {chance:.2f}")
            ax.set(xlabel="recall (happy is positive)", ylabel="precision")
        _draw(axes, _precision, predictions, labels, banded)


def _any_good(predictions: pd.DataFrame, models: Sequence[str]) -> bool:
    return any(roc_auc_score(*_arrays(predictions, name)) >= GOOD for name in models)


@contextmanager
def _panels(
    path: Path, title: str, across: tuple[float, float], labels: Sequence[str], enlarged: bool
) -> Iterator[Sequence[Any]]:
    """The whole curves, and beside them, if ``enlarged``, their corner; below them the legend."""
    columns = 2 if enlarged and max(map(len, labels)) < LONG else 1
    width, side = (WIDTH, 3.3) if enlarged else (5.2, 5.0)
    with drawing(path, width, side + 0.4 + 0.21 * -(-(1 + len(labels)) // columns)) as figure:
        axes = figure.subplots(1, 1 + enlarged, squeeze=False)[0]
        yield axes
        corner = (across, (1 - CORNER, 1))
        for ax, limits_of in zip(axes, (((0, 1), (0, 1)), corner), strict=False):
            for set_limits, (low, high) in zip((ax.set_xlim, ax.set_ylim), limits_of, strict=True):
                edge = 0.012 * (high - low)
                set_limits(low - edge, high + edge)
            ax.set_box_aspect(1)
            ax.grid(True)
        if enlarged:
            axes[1].set_title("the corner, enlarged")
        figure.suptitle(title)
        shared_legend(figure, columns)


def _draw(
    axes: Sequence[Any],
    curve: Curve,
    predictions: pd.DataFrame,
    labels: Mapping[str, str],
    banded: Collection[str],
) -> None:
    looks = line_styles(labels)
    for name, label in labels.items():
        happy, p = _arrays(predictions, name)
        whole, look = curve(happy, p), looks[name]
        for ax, every in zip(axes, (125, 25), strict=False):
            ax.plot(_GRID, whole, label=label, markevery=every, **look.line() | look.point())
        if name in banded:
            low, high = np.percentile(_resampled(curve, happy, p), [2.5, 97.5], axis=0)
            for ax in axes:
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
