"""Reliability diagrams: is a face with ``p_happy`` of 0.8 happy 8 times in 10?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from happysad.experiments.reporting.figures.model_styles import LineStyle, line_styles
from happysad.experiments.reporting.figures.style import GREY, WIDTH, drawing, part_title
from happysad.pipeline.evaluation.metrics import reliability


def save_reliability(
    predictions: pd.DataFrame, path: Path, models: Sequence[str], scores: pd.DataFrame
) -> None:
    """Share of happy faces over ``p_happy`` in bins, above a histogram (DeGroot, Fienberg 1983).

    A panel a model, which names the ECE and the Brier score of its row of ``results.csv``.
    """
    columns = min(3, len(models))
    lines = -(-len(models) // columns)
    looks = line_styles(models)
    with drawing(path, WIDTH if columns > 1 else 4.2, 3.4 * lines + 0.4) as figure:
        parts = np.atleast_1d(figure.subfigures(lines, columns, squeeze=False)).ravel()
        for part, name in zip(parts, models, strict=False):
            own = predictions[predictions["model"] == name]
            above, below = part.subplots(2, 1, height_ratios=[4, 1], sharex=True)
            _points(above, own, looks[name])
            row = scores[scores["model"] == name].iloc[0]
            errors = f"ECE {row['calibration_error']:.3f}, Brier {row['brier']:.3f}"
            above.set_title(f"{name}\n{errors}", fontsize=9)
            below.hist(own["p_happy"], bins=np.linspace(0, 1, 21), color=GREY)
            below.set(xlabel="predicted p(happy)", yticks=[])
            below.set_ylabel("images", fontsize=8)
        figure.suptitle(f"Calibration: {part_title(predictions, models)}")


def _points(ax: Any, own: pd.DataFrame, look: LineStyle) -> None:
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":")
    bins = reliability(own["label"].to_numpy(str), own["p_happy"].to_numpy(float))
    bins = bins[bins["n"] > 0]
    ax.vlines(bins["mean_p"], bins["share_low"], bins["share_high"], color=look.color, alpha=0.6)
    ax.plot(bins["mean_p"], bins["share_happy"], **look.line() | look.point())
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    ax.set_ylabel("observed fraction of happy", fontsize=9)
    ax.grid(True)
