"""How the CNNs learned: loss and accuracy by epoch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.figures.style import COLORS, WIDTH, drawing

if TYPE_CHECKING:
    import pandas as pd

_LINES = {"train_loss": ("train", COLORS[0], "-"), "val_loss": ("held out", COLORS[5], "--")}


def save_training(training: pd.DataFrame, path: Path) -> None:
    """Losses above, accuracy on the held-out faces below; a column a model, a line a fit.

    Parameters
    ----------
    training : frame
        Rows of ``training.csv``. The epoch of the lowest held-out loss is marked.
    """
    models = list(dict.fromkeys(training["model"]))
    with drawing(path, max(WIDTH * min(len(models), 3) / 2, 5.0), 4.8) as figure:
        axes = figure.subplots(2, len(models), squeeze=False, sharex="col", sharey="row")
        for (above, below), name in zip(axes.T, models, strict=True):
            own = training[training["model"] == name]
            for _, fit in own.groupby(["condition", "fold", "seed"], sort=False):
                _one_fit(above, below, fit.sort_values("epoch"))
            above.set_title(name)
            below.set_xlabel("epoch")
            above.set_ylim(bottom=0)
            above.grid(True)
            below.grid(True)
        axes[0, 0].set_ylabel("loss")
        axes[1, 0].set_ylabel("held-out accuracy")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        once = dict(zip(labels, handles, strict=True))
        figure.legend(list(once.values()), list(once), loc="outside lower center", ncols=3)


def _one_fit(above: Any, below: Any, fit: pd.DataFrame) -> None:
    for column, (label, color, dash) in _LINES.items():
        above.plot(fit["epoch"], fit[column], color=color, linestyle=dash, label=label, alpha=0.8)
    below.plot(fit["epoch"], fit["val_accuracy"], color=COLORS[5], linestyle="--", alpha=0.8)
    if fit["val_loss"].notna().any():
        lowest = fit.sort_values("val_loss", kind="stable").iloc[0]
        point = {"marker": "o", "markersize": 8, "color": "black", "fillstyle": "none"}
        label = "lowest held-out loss"
        above.plot(lowest["epoch"], lowest["val_loss"], linestyle="", label=label, **point)
        below.plot(lowest["epoch"], lowest["val_accuracy"], linestyle="", **point)
