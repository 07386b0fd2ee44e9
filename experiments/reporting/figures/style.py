"""One look for all figures: sizes, fonts, and the colours of happy and sad."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.utils.atomic_files import atomic_write

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

DPI = 130
WIDTH = 7.2  # inches: 936 pixels, which is what a page of text shows without shrinking it

COLORS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000"]
"""Okabe and Ito (2008), told apart by the colour-blind, without the yellow, unseen on white."""

HAPPY, SAD, GREY = COLORS[1], COLORS[0], "#767676"
"""Of happy, of sad, and of what is neither, in every figure, picture and page."""

RIGHT, WRONG = COLORS[2], "#AA3377"
"""Of correct predictions and of errors."""

RC: dict[Any, Any] = {
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.labelsize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "figure.titlesize": 11.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.7,
    "lines.linewidth": 1.6,
    "lines.markersize": 5,
}


@contextmanager
def drawing(path: Path, width: float, height: float) -> Iterator[Figure]:
    """Give an empty figure of so many inches in the common style; write it as a PNG file.

    The file is there whole, or not at all where the block fails.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(RC):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure
        save(figure, path)


def save(figure: Figure, path: Path) -> None:
    """Write the figure as a PNG file, whole or not at all."""
    with atomic_write(path) as beside:
        figure.savefig(beside, dpi=DPI, facecolor="white")


def shared_legend(figure: Figure, columns: int = 4) -> None:
    """One legend below all panels, each name once."""
    handles: dict[str, Any] = {}
    for ax in figure.axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    if handles:
        figure.legend(
            list(handles.values()), list(handles), loc="outside lower center",
            ncols=min(columns, len(handles)), handlelength=3.2,
        )  # fmt: skip


def part_title(rows: pd.DataFrame, models: Sequence[str] = ()) -> str:
    """The data set and the part that rows are of, and where only some models are shown, how many.

    Rows of a cross-validation are of all images that were cut into folds.
    """
    row = rows.iloc[0]
    folded = "fold" in rows and rows["fold"].max() > 0
    part = "held out in folds" if folded else f"{row['split']} part"
    every = rows["model"].nunique()
    count = f"; {len(models)} of {every} models" if 0 < len(models) < every else ""
    return f"{row['dataset']}, {part}{count}"


def limits(intervals: pd.DataFrame | None, model: str, metric: str) -> tuple[float, float]:
    """The ends of a score's interval on all images of the part; NaN where it is not known."""
    if intervals is not None and len(intervals):
        rows = intervals[intervals["model"].eq(model) & intervals["metric"].eq(metric)]
        for row in rows[rows["images"] == "all"].to_dict("records"):
            return float(row["low"]), float(row["high"])
    return float("nan"), float("nan")
