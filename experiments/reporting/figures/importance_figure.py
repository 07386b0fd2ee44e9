"""Bars of what the scores lose when groups of features are permuted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from happysad.experiments.reporting.figures.style import COLORS, GREY, WIDTH, drawing

if TYPE_CHECKING:
    import pandas as pd

_CALLED = {"landmarks": "geometry", "hog": "HOG", "lbp": "LBP", "bovw": "visual words"}
_TITLES = {"balanced_accuracy": "balanced accuracy", "roc_auc": "AUC"}


def save_importance(rows: pd.DataFrame, path: Path) -> None:
    """Draw a bar a group of features, one panel for each score, blocks below one another.

    Parameters
    ----------
    rows : frame
        As ``importance.permutation_importance`` gives them; the whiskers are one standard
        deviation over the repeats.
    path : Path
        The PNG file to write.
    """
    blocks = list(dict.fromkeys(rows["block"]))
    ordered = rows.iloc[::-1].reset_index(drop=True)
    colors = {block: COLORS[i % len(COLORS)] for i, block in enumerate(blocks)}
    with drawing(path, WIDTH, 0.19 * len(ordered) + 0.9) as figure:
        axes = figure.subplots(1, len(_TITLES), sharey=True)
        for ax, (name, title) in zip(axes, _TITLES.items(), strict=True):
            whiskers = ordered[f"{name}_drop_sd"].fillna(0)
            bars = [colors[block] for block in ordered["block"]]
            ax.barh(ordered.index, ordered[f"{name}_drop"], xerr=whiskers, color=bars, height=0.7,
                    error_kw={"ecolor": GREY, "linewidth": 1})  # fmt: skip
            ax.axvline(0, color=GREY, linewidth=1)
            ax.set_title(f"{title} ({ordered[name].iloc[0]:.3f} untouched)")
            ax.set_xlabel("lost when permuted")
            ax.grid(True, axis="x")
        called = ordered["block"].map(lambda block: _CALLED.get(block, block))
        labels = [name.replace("_", " ") for name in called + ": " + ordered["group"]]
        axes[0].set_yticks(ordered.index, labels, fontsize=8.5)
        axes[0].set_ylim(-0.6, len(ordered) - 0.4)
