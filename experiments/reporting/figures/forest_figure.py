"""Differences in accuracy between models on the same images, with their intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.figures.style import GREY, WIDTH, drawing, kind_of, looks

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.05
_MARKERS = {"cnn": "s", "pre-trained": "D"}


def save_forest(comparisons: pd.DataFrame, path: Path) -> None:
    """A row a model: its accuracy minus that of the CNN, and minus that of the best.

    Parameters
    ----------
    comparisons : frame
        Rows of ``comparisons.csv`` of one part. Filled points are differences that would be rare
        by chance (corrected p below 0.05), open ones could be chance. Squares are CNNs. The dummy
        is left out.
    """
    kinds = comparisons["model"].map(kind_of)
    if (kinds != "chance").any():  # so far off that the others would lie on one another
        comparisons = comparisons[kinds != "chance"]
    groups: dict[Any, pd.DataFrame] = {
        key: rows.sort_values("difference")
        for key, rows in comparisons.groupby(["against_is", "against"], sort=False)
    }
    keys = sorted(groups, key=lambda key: (key[0] != "cnn", key))
    heights = [len(groups[key]) + 2 for key in keys]
    with drawing(path, WIDTH, 0.27 * sum(heights) + 0.5) as figure:
        axes = figure.subplots(len(keys), 1, squeeze=False, sharex=True, height_ratios=heights)
        for ax, key in zip(axes.flat, keys, strict=True):
            _differences(ax, groups[key])
            called = {"best": "best on validation", "cnn": "CNN"}.get(str(key[0]), key[0])
            ax.set_title(f"accuracy minus that of {key[1]} ({called})", loc="left")
        axes[-1, 0].set_xlabel(
            "difference in accuracy, 95% interval; open: could be chance; square: CNN"
        )


def _differences(ax: Any, rows: pd.DataFrame) -> None:
    given = looks(rows["model"])
    ax.axvline(0, color=GREY, linewidth=1)
    for i, row in enumerate(rows.to_dict("records")):
        look = given[row["model"]]
        ax.plot([row["low"], row["high"]], [i, i], color=look.color)
        chance = not row["p_corrected"] < LEVEL
        face = "white" if chance else look.color
        marker = _MARKERS.get(kind_of(row["model"]), "o")
        ax.plot(row["difference"], i, marker, color=look.color, markerfacecolor=face, markersize=7)
        ax.text(1.01, i, p_text(row["p_corrected"]), transform=ax.get_yaxis_transform(),
                va="center", fontsize=8.5)  # fmt: skip
    ax.set_yticks(range(len(rows)), rows["model"])
    ax.set_ylim(-0.7, len(rows) - 0.3)
    ax.grid(True, axis="x")


def p_text(p: float) -> str:
    """A p-value as it is read: three decimals, and no number below 0.001."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
