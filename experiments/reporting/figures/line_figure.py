"""Lines over a number, one a model: robustness, learning and training curves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from happysad.experiments.reporting.figures.model_styles import line_styles
from happysad.experiments.reporting.figures.style import COLORS, WIDTH, drawing, shared_legend

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

    Lines named after models have their model's look. An ``x`` of texts is drawn at equal distances,
    a logarithmic one has its own values for ticks. Values of ``panel`` name panels with one y axis.
    ``low`` and ``high`` are the ends of a band; more than six would hide each other, and none is
    drawn. Nothing to draw and two rows at one place are a ``ValueError``.
    """
    rows = rows[rows[y].notna()]
    keys = [name for name in (panel, line, x) if name]
    if rows.empty:
        raise ValueError(f"there is nothing to draw: no row has a number in {y}")
    if rows.duplicated(keys).any():
        raise ValueError(f"two rows have the same {', '.join(keys)}: take their mean first")
    titles = list(dict.fromkeys(rows[panel])) if panel else [""]
    every = line_styles(rows[line])
    names = list(dict.fromkeys(rows[line]))
    band = (low, high) if low and high and len(names) <= MOST_BANDS else None
    columns = min(3, len(titles))
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
    """``training.csv``: losses above, validation accuracy below; a column a model, a line a fit.

    The epoch of the lowest validation loss is marked.
    """
    models = list(dict.fromkeys(training["model"]))
    with drawing(path, max(WIDTH * min(len(models), 3) / 2, 5.0), 4.8) as figure:
        axes = figure.subplots(2, len(models), squeeze=False, sharex="col", sharey="row")
        for (above, below), name in zip(axes.T, models, strict=True):
            own = training[training["model"] == name]
            for _, fit in own.groupby(["condition", "fold", "seed"], sort=False):
                _one_fit(above, below, fit.sort_values("epoch"))
            above.set_title(name)
            above.grid(True)
            below.set_xlabel("epoch")
            below.xaxis.get_major_locator().set_params(integer=True)
            below.grid(True)
        axes[0, 0].set_ylim(bottom=0)  # of all: they share it, so once all are drawn
        axes[0, 0].set_ylabel("loss (cross-entropy)")
        axes[1, 0].set_ylabel("validation accuracy")
        figure.suptitle("Training of the CNNs, on images of the train part held out to stop by")
        shared_legend(figure)


def _one_fit(above: Any, below: Any, fit: pd.DataFrame) -> None:
    validation = {"color": COLORS[5], "linestyle": "--", "alpha": 0.8}
    above.plot(fit["epoch"], fit["train_loss"], color=COLORS[6], alpha=0.8, label="training")
    above.plot(fit["epoch"], fit["val_loss"], label="validation", **validation)
    below.plot(fit["epoch"], fit["val_accuracy"], **validation)
    if fit["val_loss"].notna().any():
        lowest = fit.sort_values("val_loss", kind="stable").iloc[0]
        point = {"marker": "o", "markersize": 8, "color": "black", "fillstyle": "none"}
        label = "lowest validation loss"
        above.plot(lowest["epoch"], lowest["val_loss"], linestyle="", label=label, **point)
        below.plot(lowest["epoch"], lowest["val_accuracy"], linestyle="", **point)
