"""Reliability diagrams: is a face with ``p_happy`` of 0.8 happy 8 times in 10?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from happysad.experiments.reporting.figures.style import GREY, WIDTH, drawing, looks, part_title

if TYPE_CHECKING:
    import pandas as pd

_IN_LEGEND = {"calibration_error": "ECE", "brier": "Brier"}


def save_reliability(
    predictions: pd.DataFrame,
    path: Path,
    models: Sequence[str],
    scores: pd.DataFrame | None = None,
) -> None:
    """Share of happy faces over ``p_happy`` in bins, above a histogram (DeGroot, Fienberg 1983).

    Parameters
    ----------
    predictions : frame
        Rows of ``predictions.csv`` of one part, happy and sad faces.
    models : sequence of str
        A panel each.
    scores : frame, optional
        Rows of ``results.csv``: their ``calibration_error`` and ``brier`` stand in the panel.
    """
    columns = min(3, len(models))
    lines = -(-len(models) // columns)
    with drawing(path, WIDTH if columns > 1 else 4.2, 3.4 * lines + 0.4) as figure:
        parts = np.atleast_1d(figure.subfigures(lines, columns, squeeze=False)).ravel()
        for part, name in zip(parts, models, strict=False):
            own = predictions[predictions["model"] == name]
            above, below = part.subplots(2, 1, height_ratios=[4, 1], sharex=True)
            _points(above, own, name)
            above.set_title(f"{name}\n{_scores_text(scores, name)}".strip(), fontsize=9)
            below.hist(own["p_happy"], bins=np.linspace(0, 1, 21), color=GREY)
            below.set(xlabel="predicted p_happy", yticks=[])
            below.set_ylabel("images", fontsize=8)
        figure.suptitle(f"{part_title(predictions)}: calibration of p_happy")


def _points(ax: Any, own: pd.DataFrame, name: str) -> None:
    from happysad.pipeline.evaluation.calibration import reliability

    look = looks([name])[name]
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":")
    bins = reliability(own["label"].to_numpy(str), own["p_happy"].to_numpy(float))
    bins = bins[bins["n"] > 0]
    ax.vlines(bins["mean_p"], bins["share_low"], bins["share_high"], color=look.color, alpha=0.6)
    ax.plot(bins["mean_p"], bins["share_happy"], **look.line() | look.point())
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    ax.set_ylabel("observed share of happy", fontsize=9)
    ax.grid(True)


def _scores_text(scores: pd.DataFrame | None, name: str) -> str:
    if scores is None or scores.empty:
        return ""
    rows = scores[scores["model"] == name]
    known = [(column, label) for column, label in _IN_LEGEND.items() if column in rows]
    return ", ".join(f"{label} {rows[column].iloc[0]:.3f}" for column, label in known if len(rows))
