"""Scores of models fitted on one data set and tested on another, a panel for each pair."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.figures.style import GREY, WIDTH, drawing, looks

if TYPE_CHECKING:
    import pandas as pd


def save_transfer(rows: pd.DataFrame, path: Path) -> None:
    """Draw balanced accuracy (filled) and AUC (open) of each model with their intervals.

    Parameters
    ----------
    rows : frame
        As ``transfer_table.transfer_rows`` gives them.
    path : Path
        The PNG file to write.
    """
    fitted = list(dict.fromkeys(rows["fitted_on"]))
    tested = list(dict.fromkeys(rows["tested_on"]))
    models = list(dict.fromkeys(rows["model"]))[::-1]
    height = (0.7 + 0.24 * len(models)) * len(fitted) + 0.6
    with drawing(path, WIDTH, height) as figure:
        axes = figure.subplots(len(fitted), len(tested), squeeze=False, sharex=True, sharey=True)
        for i, source in enumerate(fitted):
            for j, target in enumerate(tested):
                part = rows[(rows["fitted_on"] == source) & (rows["tested_on"] == target)]
                _panel(axes[i, j], part, models)
                own = "\n(own test part)" if source == target else ""
                axes[i, j].set_title(f"on {target}{own}", fontsize=8.5)
            axes[i, 0].set_ylabel(f"fitted on\n{source}", fontsize=8.5)
        for ax in axes[-1]:
            ax.set_xlabel("score")
            ax.set_xlim(_lowest(rows), 1.01)
        figure.suptitle("Balanced accuracy (filled) and AUC (open), 95% intervals")


def _panel(ax: Any, part: pd.DataFrame, models: list[str]) -> None:
    every = looks(models)
    ax.axvline(0.5, color=GREY, linewidth=1)
    for row in part.to_dict("records"):
        color = every[row["model"]].color
        at = models.index(row["model"])
        for name, marker, face, up in (
            ("balanced_accuracy", "o", color, 0.14),
            ("roc_auc", "D", "white", -0.14),
        ):
            ends = [row[f"{name}_low"], row[f"{name}_high"]]
            ax.plot(ends, [at + up, at + up], color=color, linewidth=1.2)
            ax.plot(row[name], at + up, marker, color=color, markerfacecolor=face, markersize=4.5)
    ax.set_yticks(range(len(models)), models)
    ax.set_ylim(-0.6, len(models) - 0.4)
    ax.grid(True, axis="x")


def _lowest(rows: pd.DataFrame) -> float:
    """Where the axis begins: below all scores, though not below all ends of intervals."""
    return float(min(0.45, rows[["balanced_accuracy", "roc_auc"]].min().min() - 0.05))
