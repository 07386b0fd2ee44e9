"""The figures of a comparison: confusion matrices and bars, in one colour-blind-safe style."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.features.files import atomic_write

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

COLORS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7"]  # Okabe and Ito (2008)

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
        Rows of ``results.csv`` of one part, status ``ok``.
    """
    from matplotlib.figure import Figure

    rows = results.sort_values("accuracy", ascending=False, kind="stable").to_dict("records")
    columns = min(4, len(rows))
    lines = -(-len(rows) // columns)
    figure = Figure(figsize=(2.6 * columns + 0.4, 2.9 * lines + 0.5), layout="constrained")
    axes = figure.subplots(lines, columns, squeeze=False)
    for ax in axes.flat[len(rows) :]:
        ax.set_axis_off()
    for ax, row in zip(axes.flat, rows, strict=False):
        _confusion_matrix(ax, row)
    figure.suptitle(f"{rows[0]['dataset']}, {rows[0]['split']} part: true class by answer")
    _save(figure, path)


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
    ax.set_title(f"{row['model']}  {row['accuracy']:.3f}", fontsize=9)


def _cell(x: int, y: int, share: float, right: bool) -> Any:
    """A square shaded by the share: blue where the answer is right, orange where it is wrong."""
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Rectangle

    full = to_rgb(COLORS[0] if right else "#B35900")
    shade = tuple(1 - share * (1 - c) for c in full)
    return Rectangle((x, y), 1, 1, facecolor=shade, edgecolor="#cccccc", linewidth=1)


def save_bars(results: pd.DataFrame, path: Path, best: str = "") -> None:
    """Accuracy, precision, recall and F1 (macro means) of each model; best at the top.

    Parameters
    ----------
    results : frame
        Rows of ``results.csv`` of one part, status ``ok``.
    best : str
        The model chosen on the validation part, marked with an asterisk.
    """
    from matplotlib.figure import Figure

    rows = results.sort_values("accuracy", kind="stable")
    figure = Figure(figsize=(8, 0.62 * len(rows) + 1.4), layout="constrained")
    ax = figure.subplots()
    height = 0.8 / len(BARS)
    for k, ((column, label), color) in enumerate(zip(BARS.items(), COLORS, strict=True)):
        places = [i + 0.4 - (k + 0.5) * height for i in range(len(rows))]
        ax.barh(places, rows[column], height, label=label, color=color)
    for i, value in enumerate(rows["accuracy"]):
        ax.text(value + 0.004, i + 0.4 - 0.5 * height, f"{value:.3f}", va="center", fontsize=7)
    names = [f"{name} *" if name == best else name for name in rows["model"]]
    ax.set_yticks(range(len(rows)), names)
    ax.set_xlim(0.0, 1.0)  # bars cut off at the left would exaggerate the differences
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel("precision, recall and F1: mean of happy and sad" + _footnote(best))
    row = rows.iloc[0]
    ax.set_title(f"{row['dataset']}, {row['split']} part, {int(row['n_test'])} images")
    figure.legend(loc="outside lower center", ncols=len(BARS), frameon=False, fontsize=9)
    _save(figure, path)


def _footnote(best: str) -> str:
    return "   (* chosen on the validation part)" if best else ""


def _save(figure: Figure, path: Path) -> None:
    with atomic_write(path) as beside:
        figure.savefig(beside, dpi=130)
