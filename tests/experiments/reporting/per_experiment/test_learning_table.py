"""From results.csv to a learning curve, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.per_experiment.learning_table import (
    curve_lines,
    learning_table,
    print_curve,
    save_curve,
    write_all,
)

FITS = [
    ("hog-svm", 50, 0, 0.6), ("hog-svm", 50, 1, 0.8), ("hog-svm", 200, 0, 0.9),
    ("hog-svm", 200, 1, 0.9), ("cnn-small", 200, 0, 0.7),
]  # fmt: skip


@pytest.fixture
def results() -> pd.DataFrame:
    rows = [
        {"dataset": "demo", "split": split, "model": model, "condition": f"n={n}", "seed": seed,
         "status": "ok", "reason": "", "accuracy": accuracy - (split == "val") / 10}
        for model, n, seed, accuracy in FITS
        for split in ("test", "val")
    ]  # fmt: skip
    failed = {**rows[0], "model": "cnn-small", "status": "error", "accuracy": float("nan")}
    return pd.DataFrame([*rows, failed])


def test_mean_and_range_over_the_seeds(results):
    table = learning_table(results)
    assert list(table.columns) == list(columns_of("learning_curve"))
    own = table[(table["model"] == "hog-svm") & (table["split"] == "test")]
    assert own[["n_train", "n_seeds"]].to_numpy().tolist() == [[50, 2], [200, 2]]
    assert list(own["accuracy_mean"]) == pytest.approx([0.7, 0.9])
    assert (own["accuracy_min"].iloc[0], own["accuracy_max"].iloc[0]) == (0.6, 0.8)


def test_a_line_for_each_size_of_the_test_part(results):
    assert curve_lines(learning_table(results)) == [
        ["images", "cnn-small", "hog-svm"],
        ["50", "", "0.700 (0.60 to 0.80)"],
        ["200", "0.700", "0.900 (0.90 to 0.90)"],
    ]


def test_the_curve_is_drawn(results, tmp_path, image_is_drawn):
    save_curve(learning_table(results), tmp_path / "curve.png")
    assert image_is_drawn(tmp_path / "curve.png")


def test_where_every_model_failed_there_is_a_report_and_no_figure(results, tmp_path, capsys):
    failed = results[results["status"] == "error"].assign(reason="no torch")
    failed.to_csv(tmp_path / "results.csv", index=False)
    write_all(tmp_path)
    assert not (tmp_path / "figures").exists()
    assert (tmp_path / "report.html").exists()
    with pytest.raises(SystemExit):
        print_curve(tmp_path)
    assert "cnn-small failed: no torch" in capsys.readouterr().out
