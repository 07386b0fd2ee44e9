"""The figure of transfer."""

from __future__ import annotations

import math

import pandas as pd

from happysad.experiments.reporting.figures.transfer_figure import save_transfer


def test_pairs_models_and_missing_intervals_are_drawn(tmp_path, image_is_drawn):
    rows = [
        {
            "fitted_on": fitted, "tested_on": tested, "model": model,
            "balanced_accuracy": 0.8, "balanced_accuracy_low": math.nan,
            "balanced_accuracy_high": math.nan,
            "roc_auc": 0.9, "roc_auc_low": 0.85, "roc_auc_high": 0.95,
        }
        for fitted in "ab" for tested in "ac" for model in ("hog-svm", "cnn-small")
    ]  # fmt: skip
    save_transfer(pd.DataFrame(rows), tmp_path / "transfer.png")
    assert image_is_drawn(tmp_path / "transfer.png")
