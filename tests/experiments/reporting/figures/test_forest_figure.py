"""Points with their intervals."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from happysad.experiments.reporting.figures.forest_figure import save_forest, save_transfer
from happysad.experiments.reporting.tables.run_tables import read_run


@pytest.fixture
def drawn(small_run, kept, tmp_path):
    rows = read_run(small_run).part("comparisons")
    dummy = rows[:1].assign(model="dummy", difference=-0.5)
    save_forest(pd.concat([rows, dummy]), tmp_path / "x.png")
    return kept[0].axes


def test_a_file_is_a_picture(small_run, tmp_path, image_is_drawn):
    save_forest(read_run(small_run).part("comparisons"), tmp_path / "x.png")
    assert image_is_drawn(tmp_path / "x.png")


def test_the_cnn_first_then_the_best_without_the_dummy(drawn):
    assert [ax.get_title(loc="left") for ax in drawn] == [
        "accuracy minus that of cnn-small (CNN)",
        "accuracy minus that of hog-svm (the best, *)",
    ]
    names = [[label.get_text() for label in ax.get_yticklabels()] for ax in drawn]
    assert names == [["hog-svm"], ["cnn-small"]]


def test_what_could_be_chance_is_open(drawn):
    points = [ax.get_lines()[-1] for ax in drawn]
    assert [point.get_markerfacecolor() for point in points] == ["white", points[1].get_color()]
    assert [point.get_marker() for point in points] == ["o", "s"]
    assert [ax.texts[0].get_text() for ax in drawn] == ["p = 0.120", "p < 0.001"]


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
