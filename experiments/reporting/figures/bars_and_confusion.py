"""Bars of the scores, confusion matrices, and bars of permutation importance."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from happysad.experiments.reporting.figures.model_styles import kind_of
from happysad.experiments.reporting.figures.style import (
    COLORS,
    GREY,
    RIGHT,
    WIDTH,
    WRONG,
    drawing,
    limits,
    part_title,
    shared_legend,
)
from happysad.experiments.reporting.formats import score_name

BARS = ("accuracy", "precision_macro", "recall_macro", "f1_macro")
BAR_COLORS = ("#555555", COLORS[2], COLORS[4], COLORS[3])  # none that means happy or sad


def save_confusion_matrices(results: pd.DataFrame, path: Path) -> None:
    """One matrix a row of ``results.csv``, counts and shares of each true class; best first."""
    ordered = results.sort_values("accuracy", ascending=False, kind="stable")
    rows = ordered.to_dict("records")
    columns = min(4, len(rows))
    lines = -(-len(rows) // columns)
    with drawing(path, WIDTH * columns / 4 + 0.3, 2.2 * lines + 0.5) as figure:
        axes = figure.subplots(lines, columns, squeeze=False)
        for ax in axes.flat[len(rows) :]:
            ax.set_axis_off()
        for ax, row in zip(axes.flat, rows, strict=False):
            _confusion_matrix(ax, row)
        part = part_title(ordered)
        counts = ordered[["tp", "fp", "fn", "tn"]].sum(axis=1) / ordered["n_test"]
        part += f", {counts.iloc[0]:.0f} seeds together" if counts.iloc[0] > 1 else ""
        figure.suptitle(part if columns < 3 else f"{part}: true class (rows) by predicted class")


def _confusion_matrix(ax: Any, row: Mapping[Any, Any]) -> None:
    """Squares shaded by the share of the true class: green where right, purple where wrong."""
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Rectangle

    for i, counts in enumerate(([row["tp"], row["fn"]], [row["fp"], row["tn"]])):
        for j, count in enumerate(counts):
            share = count / max(sum(counts), 1)
            shade = [1 - share * (1 - c) for c in to_rgb(RIGHT if i == j else WRONG)]
            square = Rectangle((j, i), 1, 1)
            square.set(facecolor=shade, edgecolor="#cccccc", linewidth=1)
            ax.add_patch(square)
            ax.text(
                j + 0.5, i + 0.5, f"{int(count)}\n{share:.0%}",
                ha="center", va="center", color="white" if share > 0.55 else "black",
            )  # fmt: skip
    ax.set(xlim=(0, 2), ylim=(2, 0), aspect="equal")
    ax.set_xticks([0.5, 1.5], ["happy", "sad"])
    ax.set_yticks([0.5, 1.5], ["happy", "sad"], rotation=90, va="center")
    ax.set_xlabel("predicted", fontsize=8)
    ax.set_ylabel("true", fontsize=8)
    ax.tick_params(length=0, labelsize=8)
    ax.set_title(f"{row['model']}\n{row['accuracy']:.3f}", fontsize=9)


def save_bars(
    results: pd.DataFrame, path: Path, best: str = "", intervals: pd.DataFrame | None = None
) -> None:
    """Accuracy, precision, recall and F1 (macro means) of each row of ``results.csv``, best on top.

    ``best`` has an asterisk; the intervals of the same part are whiskers.
    """
    rows = results.sort_values("accuracy", kind="stable")
    names = [str(name) for name in rows["model"]]
    height = 0.8 / len(BARS)
    with drawing(path, WIDTH, 0.62 * len(rows) + 1.6) as figure:
        ax = figure.subplots()
        for k, (column, color) in enumerate(zip(BARS, BAR_COLORS, strict=True)):
            places = [i + 0.4 - (k + 0.5) * height for i in range(len(rows))]
            bars = ax.barh(places, rows[column], height, label=score_name(column), color=color)
            for bar, name in zip(bars, names, strict=True):
                if kind_of(name) == "cnn":
                    bar.set(hatch="//", edgecolor="white", linewidth=0)
            for place, name in zip(places, names, strict=True):
                ends = limits(intervals, name, column)
                ax.plot(ends, [place, place], color="white", linewidth=2.4)
                ax.plot(ends, [place, place], color="black", linewidth=1)
        for i, value in enumerate(rows["accuracy"]):
            ax.text(1.01, i + 0.4 - 0.5 * height, f"{value:.3f}", va="center", fontsize=8)
        ax.set_yticks(range(len(rows)), [f"{name} *" if name == best else name for name in names])
        ax.set_xlim(0.0, 1.0)  # bars cut off at the left would exaggerate the differences
        ax.set_ylim(-0.6, len(rows) - 0.4)
        folded = "fold" in rows and rows["fold"].max() > 0
        ax.set_xlabel(_footnote(best, names, intervals, folded))
        ax.set_title(f"{part_title(rows)}, {int(rows['n_test'].iloc[0])} images")
        shared_legend(figure)


def _footnote(
    best: str, names: list[str], intervals: pd.DataFrame | None, folded: bool = False
) -> str:
    notes = ["precision, recall, F1: mean of both classes", "number: accuracy"]
    if intervals is not None and len(intervals):
        notes.append("line: 95% interval")
    if any(kind_of(name) == "cnn" for name in names):
        notes.append("hatched: CNN")
    if best:
        notes.append(f"* chosen on {'these images' if folded else 'the validation part'}")
    half = -(-len(notes) // 2) if len(notes) > 2 else len(notes)
    return "\n".join(";  ".join(part) for part in (notes[:half], notes[half:]) if part)


_BLOCKS = {"landmarks": "geometry", "hog": "HOG", "lbp": "LBP", "bovw": "visual words"}


def save_importance(rows: pd.DataFrame, path: Path) -> None:
    """Draw ``importance.csv`` of one model: a bar a group of features, a panel a score.

    The whiskers are one standard deviation over the repeats.
    """
    ordered = rows.iloc[::-1].reset_index(drop=True)
    blocks = list(dict.fromkeys(rows["block"]))
    colors = [BAR_COLORS[blocks.index(block) % len(BAR_COLORS)] for block in ordered["block"]]
    with drawing(path, WIDTH, 0.19 * len(ordered) + 0.9) as figure:
        axes = figure.subplots(1, 2, sharey=True)
        for ax, name in zip(axes, ("balanced_accuracy", "roc_auc"), strict=True):
            title = score_name(name)
            ax.barh(
                ordered.index, ordered[f"{name}_drop"], xerr=ordered[f"{name}_drop_sd"].fillna(0),
                color=colors, height=0.7, error_kw={"ecolor": GREY, "linewidth": 1},
            )  # fmt: skip
            ax.axvline(0, color=GREY, linewidth=1)
            ax.set_title(f"{title} ({ordered[name].iloc[0]:.3f} unpermuted)")
            ax.set_xlabel(f"decrease of {title}")
            ax.grid(True, axis="x")
        figure.suptitle(f"{rows['model'].iloc[0]}: permutation importance of its features")
        named = ordered["block"].map(lambda block: _BLOCKS.get(block, block))
        labels = [name.replace("_", " ") for name in named + ": " + ordered["group"]]
        axes[0].set_yticks(ordered.index, labels, fontsize=8.5)
        axes[0].set_ylim(-0.6, len(ordered) - 0.4)
