"""Points with their intervals: differences between models, and scores on other data sets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from happysad.experiments.reporting.figures.model_styles import kind_of, line_styles
from happysad.experiments.reporting.figures.style import GREY, WIDTH, drawing
from happysad.experiments.reporting.formats import HARDLY, p_text, verdict

_MARKERS = {"cnn": "s", "pre-trained": "D"}
_ROLES = {"best": "the best, *", "cnn": "CNN"}


def save_forest(comparisons: pd.DataFrame, path: Path, title: str = "") -> None:
    """A row a model, the dummy left out: its accuracy minus that of the CNN, and of the best.

    Squares are CNNs; filled points are hardly chance (see ``verdict``). An interval is that of one
    comparison; the p-value is corrected for the number of them.
    """
    kinds = comparisons["model"].map(kind_of)
    if (kinds != "chance").any():  # so far off that the others would lie on one another
        comparisons = comparisons[kinds != "chance"]
    groups: dict[Any, pd.DataFrame] = {
        key: rows.sort_values("difference")
        for key, rows in comparisons.groupby(["against_role", "against"], sort=False)
    }
    keys = sorted(groups, key=lambda key: (key[0] != "cnn", key))
    heights = [len(groups[key]) + 2 for key in keys]
    with drawing(path, WIDTH, 0.27 * sum(heights) + 0.5) as figure:
        axes = figure.subplots(len(keys), 1, squeeze=False, sharex=True, height_ratios=heights)
        for ax, key in zip(axes.flat, keys, strict=True):
            _differences(ax, groups[key])
            ax.set_title(f"accuracy minus that of {key[1]} ({_ROLES[key[0]]})", loc="left")
        figure.suptitle(title)
        axes[-1, 0].set_xlabel(
            "difference in accuracy with its 95% interval, each taken alone\n"
            "p: corrected for the number of comparisons; filled: hardly chance; square: CNN"
        )


def _differences(ax: Any, rows: pd.DataFrame) -> None:
    _name_rows(ax, list(rows["model"]), 0)
    every = line_styles(rows["model"])
    for i, row in enumerate(rows.to_dict("records")):
        color = every[row["model"]].color
        p = row["p_value_holm"]
        ax.plot([row["low"], row["high"]], [i, i], color=color)
        ax.plot(
            row["difference"], i, _MARKERS.get(kind_of(row["model"]), "o"), color=color,
            markerfacecolor=color if verdict(row) == HARDLY else "white", markersize=7,
        )  # fmt: skip
        at = ax.get_yaxis_transform()
        ax.text(1.01, i, p_text(p), transform=at, va="center", fontsize=8.5)
    ax.set_ylim(-0.7, len(rows) - 0.3)


def save_transfer(rows: pd.DataFrame, path: Path) -> None:
    """Draw balanced accuracy (filled) and AUC (open) of ``transfer.csv`` with their intervals."""
    fitted, tested, models = (
        list(dict.fromkeys(rows[name])) for name in ("fitted_on", "tested_on", "model")
    )
    # Below all scores, though not below all ends of intervals.
    lowest = min(0.45, rows[["balanced_accuracy", "roc_auc"]].min().min() - 0.05)
    height = (0.7 + 0.24 * len(models)) * len(fitted) + 0.6
    with drawing(path, WIDTH, height) as figure:
        axes = figure.subplots(len(fitted), len(tested), squeeze=False, sharex=True, sharey=True)
        for i, source in enumerate(fitted):
            for ax, target in zip(axes[i], tested, strict=True):
                part = rows[(rows["fitted_on"] == source) & (rows["tested_on"] == target)]
                _scores(ax, part, models[::-1])
                own = "\n(own test part)" if source == target else ""
                ax.set_title(f"on {target}{own}", fontsize=8.5)
            axes[i, 0].set_ylabel(f"fitted on\n{source}", fontsize=8.5)
        for ax in axes[-1]:
            ax.set_xlabel("score")
            ax.set_xlim(lowest, 1.01)
        figure.suptitle("Balanced accuracy (filled) and AUC (open), 95% intervals")


def _scores(ax: Any, part: pd.DataFrame, models: list[str]) -> None:
    _name_rows(ax, models, 0.5)
    every = line_styles(models)
    for row in part.to_dict("records"):
        color = every[row["model"]].color
        for name, marker, face, up in (
            ("balanced_accuracy", "o", color, 0.14),
            ("roc_auc", "D", "white", -0.14),
        ):
            at = models.index(row["model"]) + up
            ax.plot([row[f"{name}_low"], row[f"{name}_high"]], [at, at], color=color, linewidth=1.2)
            ax.plot(row[name], at, marker, color=color, markerfacecolor=face, markersize=4.5)
    ax.set_ylim(-0.6, len(models) - 0.4)


def _name_rows(ax: Any, models: list[str], chance: float) -> None:
    """A row a model, and a line where there is no difference from chance."""
    ax.axvline(chance, color=GREY, linewidth=1)
    ax.set_yticks(range(len(models)), models)
    ax.grid(True, axis="x")
