"""Lines over a number, one a model, in small panels: fall-off curves and learning curves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.figures.style import WIDTH, Look, drawing, looks

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

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
    given = {name: every[name] for name in dict.fromkeys(rows[line])}
    columns = min(MOST_COLUMNS, len(titles))
    lines = -(-len(titles) // columns)
    names = {"x": x, "y": y, "line": line, "low": low, "high": high}
    with drawing(path, WIDTH, _height(lines, columns, len(given))) as figure:
        axes = figure.subplots(lines, columns, squeeze=False, sharey=True, sharex=False)
        for ax, name in zip(axes.flat, titles, strict=False):
            part = rows[rows[panel] == name] if panel else rows
            _panel(ax, part, names, given)
            _x_axis(ax, part[x], logx)
            ax.set_title(str(name))
        for ax in axes.flat[len(titles) :]:
            ax.set_axis_off()
        for ax in axes.flat[max(len(titles) - columns, 0) : len(titles)]:
            ax.set_xlabel(xlabel or x)
        for ax in axes[:, 0]:
            ax.set_ylabel(ylabel or y)
        figure.suptitle(title)
        shared_legend(figure)


def _height(lines: int, columns: int, n: int) -> float:
    return (4.0 if columns == 1 else 2.4) * lines + 0.7 + 0.22 * -(-n // 4)


def _panel(ax: Any, part: pd.DataFrame, names: dict[str, Any], given: dict[str, Look]) -> None:
    """One panel: each line with its band."""
    x, low, high = names["x"], names["low"], names["high"]
    order = _places(part[x])
    for name, look in given.items():
        own = part[part[names["line"]] == name]
        if own.empty:
            continue
        own = own.assign(_place=[order[value] for value in own[x]]).sort_values("_place")
        ax.plot(own["_place"], own[names["y"]], **look.line() | look.point(), label=name)
        if low and high and len(given) <= MOST_BANDS:
            ends = own[low].astype(float), own[high].astype(float)
            ax.fill_between(own["_place"], *ends, color=look.color, alpha=0.13, linewidth=0)
    ax.grid(True)


def _places(values: pd.Series[Any]) -> dict[Any, float]:
    """Where each value lies on the x axis: at itself, or for texts at 0, 1, 2, ..."""
    distinct = list(dict.fromkeys(values))
    if any(isinstance(value, str) for value in distinct):
        return {value: float(i) for i, value in enumerate(distinct)}
    return {value: float(value) for value in distinct}


def _x_axis(ax: Any, values: pd.Series[Any], logx: bool) -> None:
    order = _places(values)
    texts = any(isinstance(value, str) for value in order)
    if logx and not texts:
        ax.set_xscale("log")
        ax.minorticks_off()
    if texts or logx:
        turned = sum(len(str(value)) for value in order) > 30
        names = [value if isinstance(value, str) else f"{value:g}" for value in order]
        ax.set_xticks(list(order.values()), names, rotation=35 if turned else 0)


def shared_legend(figure: Figure) -> None:
    """One legend below all panels, each name once."""
    handles: dict[str, Any] = {}
    for ax in figure.axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    if handles:
        columns = min(4, len(handles))
        figure.legend(
            list(handles.values()), list(handles), loc="outside lower center", ncols=columns,
            handlelength=3.2,
        )  # fmt: skip
