"""How often faces that are neither happy nor sad get one of the two words, over the coverage."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from happysad.experiments.reporting.figures.model_styles import line_styles
from happysad.experiments.reporting.figures.style import GREY, WIDTH, drawing, shared_legend
from happysad.pipeline.evaluation.neutral_band import COVERAGE

PANELS = {
    "test_rejected_neutral": "neutral faces",
    "test_rejected_other": "angry, disgusted, afraid, surprised faces",
}


def save_neither(table: pd.DataFrame, path: Path) -> None:
    """Draw ``neither.csv``: a line a model, a panel for neutral and one for the other faces.

    Both axes are of the test part; a dot marks the default.
    """
    with drawing(path, WIDTH, 4.1) as figure:
        axes = figure.subplots(1, len(PANELS), sharey=True)
        for ax, (column, title) in zip(axes, PANELS.items(), strict=True):
            for name, own in table.groupby("model", sort=False):
                look = line_styles([str(name)])[str(name)]
                answered = own["test_coverage"], 1 - own[column]
                ax.plot(*answered, **look.line(), label=str(name))
                usual = own["least_coverage"] == COVERAGE
                dots = (values[usual] for values in answered)
                ax.plot(*dots, linestyle="", marker="o", markersize=8, color=look.color)
            equal = {"color": GREY, "linestyle": ":", "linewidth": 1}
            ax.axline((1, 1), slope=1, label="as often as happy and sad ones", **equal)
            ax.plot([], [], linestyle="", marker="o", markersize=8, color=GREY, label="the default")
            ax.set_xlim(right=1.01)
            ax.set(ylim=(0, 1.01), title=title, xlabel="happy and sad faces answered")
            ax.grid(True)
        axes[0].set_ylabel('called happy or sad, not "unsure"')
        dataset = table["dataset"].iloc[0]
        figure.suptitle(f"Faces that are neither: how many get a word? ({dataset}, test part)")
        shared_legend(figure)
