"""The figures of a table of results: bars of the scores, and confusion matrices."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.figures.style import COLORS as COLORS
from happysad.experiments.reporting.figures.style import RIGHT, WIDTH, WRONG, drawing, kind_of

if TYPE_CHECKING:
    import pandas as pd

BARS = {
    "accuracy": "accuracy",
    "precision_macro": "precision",
    "recall_macro": "recall",
    "f1_macro": "F1",
}


def save_confusion_matrices(results: pd.DataFrame, path: Path) -> None:
    """One matrix a model, counts and shares of each true class; best first.

    Parameters
    ----------
    results : frame
        A row a model of one part, with the columns of ``results.csv``.
    """
    rows = results.sort_values("accuracy", ascending=False, kind="stable").to_dict("records")
    columns = min(4, len(rows))
    lines = -(-len(rows) // columns)
    with drawing(path, WIDTH * columns / 4 + 0.3, 2.2 * lines + 0.5) as figure:
        axes = figure.subplots(lines, columns, squeeze=False)
        for ax in axes.flat[len(rows) :]:
            ax.set_axis_off()
        for ax, row in zip(axes.flat, rows, strict=False):
            _confusion_matrix(ax, row)
        part = f"{rows[0]['dataset']}, {rows[0]['split']} part"
        figure.suptitle(part if columns < 3 else f"{part}: true class (rows) by answer (columns)")


def _confusion_matrix(ax: Any, row: Mapping[Any, Any]) -> None:
    counts = [[row["tp"], row["fn"]], [row["fp"], row["tn"]]]
    for i, line in enumerate(counts):
        for j, count in enumerate(line):
            share = count / max(sum(line), 1)
            ax.add_patch(_cell(j, i, share, right=i == j))
            ax.text(
                j + 0.5, i + 0.5, f"{int(count)}\n{share:.0%}",
                ha="center", va="center", color="white" if share > 0.55 else "black",
            )  # fmt: skip
    ax.set(xlim=(0, 2), ylim=(2, 0), aspect="equal")
    ax.set_xticks([0.5, 1.5], ["happy", "sad"])
    ax.set_yticks([0.5, 1.5], ["happy", "sad"], rotation=90, va="center")
    ax.set_xlabel("answer", fontsize=8)
    ax.set_ylabel("truth", fontsize=8)
    ax.tick_params(length=0, labelsize=8)
    ax.set_title(f"{row['model']}\n{row['accuracy']:.3f}", fontsize=9)


def _cell(x: int, y: int, share: float, right: bool) -> Any:
    """A square shaded by the share: blue where the answer is right, orange where it is wrong."""
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Rectangle

    full = to_rgb(RIGHT if right else WRONG)
    shade = tuple(1 - share * (1 - c) for c in full)
    return Rectangle((x, y), 1, 1, facecolor=shade, edgecolor="#cccccc", linewidth=1)


def save_bars(
    results: pd.DataFrame, path: Path, best: str = "", intervals: pd.DataFrame | None = None
) -> None:
    """Accuracy, precision, recall and F1 (macro means) of each model; best at the top.

    Parameters
    ----------
    results : frame
        A row a model of one part, with the columns of ``results.csv``.
    best : str
        The model chosen on the validation part, marked with an asterisk.
    intervals : frame, optional
        Rows of ``intervals.csv`` of the same part, all images: whiskers from low to high.
    """
    rows = results.sort_values("accuracy", kind="stable")
    names = [str(name) for name in rows["model"]]
    height = 0.8 / len(BARS)
    with drawing(path, WIDTH, 0.62 * len(rows) + 1.6) as figure:
        ax = figure.subplots()
        for k, ((column, label), color) in enumerate(zip(BARS.items(), COLORS, strict=False)):
            places = [i + 0.4 - (k + 0.5) * height for i in range(len(rows))]
            bars = ax.barh(places, rows[column], height, label=label, color=color)
            for bar, name in zip(bars, names, strict=True):
                if kind_of(name) == "cnn":
                    bar.set(hatch="//", edgecolor="white", linewidth=0)
            ends = _ends(intervals, names, column)
            for place, (low, high) in zip(places, ends, strict=True):
                ax.plot([low, high], [place, place], color="black", linewidth=1)
        for i, value in enumerate(rows["accuracy"]):
            ax.text(1.01, i + 0.4 - 0.5 * height, f"{value:.3f}", va="center", fontsize=8)
        ax.set_yticks(range(len(rows)), [f"{name} *" if name == best else name for name in names])
        ax.set_xlim(0.0, 1.0)  # bars cut off at the left would exaggerate the differences
        ax.set_ylim(-0.6, len(rows) - 0.4)
        ax.set_xlabel(_footnote(best, names, intervals))
        row = rows.iloc[0]
        ax.set_title(f"{row['dataset']}, {row['split']} part, {int(row['n_test'])} images")
        figure.legend(loc="outside lower center", ncols=len(BARS))


def _ends(
    intervals: pd.DataFrame | None, names: list[str], column: str
) -> list[tuple[float, float]]:
    """Low and high of one score for each model, NaN where they are not known."""
    nothing = (float("nan"), float("nan"))
    if intervals is None or intervals.empty:
        return [nothing] * len(names)
    rows = intervals[(intervals["metric"] == column) & (intervals["images"] == "all")]
    ends = {row["model"]: (row["low"], row["high"]) for row in rows.to_dict("records")}
    return [ends.get(name, nothing) for name in names]


def _footnote(best: str, names: list[str], intervals: pd.DataFrame | None) -> str:
    notes = ["precision, recall, F1: mean of both classes", "number: accuracy"]
    if intervals is not None and len(intervals):
        notes.append("line: 95% interval")
    if any(kind_of(name) == "cnn" for name in names):
        notes.append("hatched: CNN")
    if best:
        notes.append("* chosen on the validation part")
    half = -(-len(notes) // 2) if len(notes) > 2 else len(notes)
    return "\n".join(";  ".join(part) for part in (notes[:half], notes[half:]) if part)
