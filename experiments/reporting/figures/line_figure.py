"""Lines over a number, one a model: robustness, learning and training curves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.figures.style import (
    COLORS,
    WIDTH,
    drawing,
    looks,
    shared_legend,
)

if TYPE_CHECKING:
    import pandas as pd

MOST_COLUMNS = 3
MOST_BANDS = 6


def save_lines(
    rows: pd.DataFrame,
    path: Path,
    *,
    x: str,
    y: str,
    line: str,
    panel: str | None = None,
    low: str | None = None,
    high: str | None = None,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
    logx: bool = False,
) -> None:
    """Draw column ``y`` over column ``x``, a line for each value of column ``line``.

    Parameters
    ----------
    rows : frame
        One row for each panel, line and x, in any order. Rows without a number in ``y`` are left
        out.
    path : Path
        The PNG file to write.
    x, y : str
        Columns of numbers. An ``x`` of texts is drawn at equal distances, in the order of the
        rows.
    line : str
        Column of texts that name the lines. Names of models get their model's colour, dash and
        marker.
    panel : str, optional
        Column whose values name the panels, drawn in the order of the rows with one y axis.
    low, high : str, optional
        Columns of an interval, drawn as a band; of more than six lines the bands would hide
        each other, and none is drawn.
    title, xlabel, ylabel : str
        Where no label is given, the column's name.
    logx : bool
        A logarithmic x axis, whose ticks are the values of ``x``.

    Raises
    ------
    ValueError
        There is nothing to draw, or two rows have the same panel, line and x.
    """
    rows = rows[rows[y].notna()]
    keys = [name for name in (panel, line, x) if name]
    if rows.empty:
        raise ValueError(f"there is nothing to draw: no row has a number in {y}")
    if rows.duplicated(keys).any():
        raise ValueError(f"two rows have the same {', '.join(keys)}: take their mean first")
    titles = list(dict.fromkeys(rows[panel])) if panel else [""]
    every = looks(rows[line])
    names = list(dict.fromkeys(rows[line]))
    band = (low, high) if low and high and len(names) <= MOST_BANDS else None
    columns = min(MOST_COLUMNS, len(titles))
    lines = -(-len(titles) // columns)
    height = (4.0 if columns == 1 else 2.4) * lines + 0.7 + 0.22 * -(-len(names) // 4)
    with drawing(path, WIDTH, height) as figure:
        axes = figure.subplots(lines, columns, squeeze=False, sharey=True, sharex=False)
        for ax, shown in zip(axes.flat, titles, strict=False):
            part = rows[rows[panel] == shown] if panel else rows
            positions = _x_axis(ax, part[x], logx)
            for name in names:
                own = part[part[line] == name]
                own = own.assign(_x=own[x].map(positions)).sort_values("_x")
                look = every[name]
                ax.plot(own["_x"], own[y], **look.line() | look.point(), label=name)
                if band:
                    ends = (own[end].astype(float) for end in band)
                    ax.fill_between(own["_x"], *ends, color=look.color, alpha=0.13, linewidth=0)
            ax.grid(True)
            ax.set_title(str(shown))
        for ax in axes.flat[len(titles) :]:
            ax.set_axis_off()
        for ax in axes.flat[max(len(titles) - columns, 0) : len(titles)]:
            ax.set_xlabel(xlabel or x)
        for ax in axes[:, 0]:
            ax.set_ylabel(ylabel or y)
        figure.suptitle(title)
        shared_legend(figure)


def _x_axis(ax: Any, values: pd.Series[Any], logx: bool) -> dict[Any, float]:
    """Set up the x axis; give where each value lies: at itself, or for texts at 0, 1, 2, ..."""
    distinct = list(dict.fromkeys(values))
    texts = any(isinstance(value, str) for value in distinct)
    positions = {v: float(i) if texts else float(v) for i, v in enumerate(distinct)}
    if logx and not texts:
        ax.set_xscale("log")
        ax.minorticks_off()
    if texts or logx:
        names = [value if isinstance(value, str) else f"{value:g}" for value in distinct]
        turned = sum(map(len, names)) > 30
        ax.set_xticks(list(positions.values()), names, rotation=35 if turned else 0)
    return positions


def save_training(training: pd.DataFrame, path: Path) -> None:
    """Losses above, accuracy on the validation faces below; a column a model, a line a fit.

    Parameters
    ----------
    training : frame
        Rows of ``training.csv``. The epoch of the lowest validation loss is marked.
    """
    models = list(dict.fromkeys(training["model"]))
    with drawing(path, max(WIDTH * min(len(models), 3) / 2, 5.0), 4.8) as figure:
        axes = figure.subplots(2, len(models), squeeze=False, sharex="col", sharey="row")
        for (above, below), name in zip(axes.T, models, strict=True):
            own = training[training["model"] == name]
            for _, fit in own.groupby(["condition", "fold", "seed"], sort=False):
                _one_fit(above, below, fit.sort_values("epoch"))
            above.set_title(name)
            above.set_ylim(bottom=0)
            above.grid(True)
            below.set_xlabel("epoch")
            below.grid(True)
        axes[0, 0].set_ylabel("loss")
        axes[1, 0].set_ylabel("validation accuracy")
        shared_legend(figure)


def _one_fit(above: Any, below: Any, fit: pd.DataFrame) -> None:
    validation = {"color": COLORS[5], "linestyle": "--", "alpha": 0.8}
    above.plot(fit["epoch"], fit["train_loss"], color=COLORS[0], alpha=0.8, label="training")
    above.plot(fit["epoch"], fit["val_loss"], label="validation", **validation)
    below.plot(fit["epoch"], fit["val_accuracy"], **validation)
    if fit["val_loss"].notna().any():
        lowest = fit.sort_values("val_loss", kind="stable").iloc[0]
        point = {"marker": "o", "markersize": 8, "color": "black", "fillstyle": "none"}
        label = "lowest validation loss"
        above.plot(lowest["epoch"], lowest["val_loss"], linestyle="", label=label, **point)
        below.plot(lowest["epoch"], lowest["val_accuracy"], linestyle="", **point)
