"""The figure of importances."""

from __future__ import annotations

import math

import pandas as pd

from happysad.experiments.reporting.figures.importance_figure import save_importance


def test_bars_of_two_blocks_and_of_one_repeat_are_drawn(tmp_path, image_is_drawn):
    rows = [
        {
            "block": block, "group": group,
            "balanced_accuracy": 0.9, "balanced_accuracy_drop": 0.1,
            "balanced_accuracy_drop_sd": math.nan,
            "roc_auc": 0.95, "roc_auc_drop": -0.01, "roc_auc_drop_sd": 0.01,
        }
        for block in ("Hog", "Lbp") for group in ("eyes", "mouth", "all")
    ]  # fmt: skip
    save_importance(pd.DataFrame(rows), tmp_path / "bars.png")
    assert image_is_drawn(tmp_path / "bars.png")
