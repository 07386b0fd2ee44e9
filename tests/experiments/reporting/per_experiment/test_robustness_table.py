"""From results.csv to the accuracy of each model under changes, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.per_experiment.robustness_table import (
    print_robustness,
    robustness_table,
    save_robustness,
    summary_lines,
    write_all,
)

ACCURACY = {
    ("hog-svm", ""): 0.9, ("hog-svm", "small 8"): 0.5, ("hog-svm", "small 32"): 0.8,
    ("hog-svm", "blur 0.02"): 0.7, ("cnn-small", ""): 0.8, ("cnn-small", "blur 0.02"): 0.6,
    ("cnn-small", "small 32"): 0.7, ("cnn-small", "small 8"): 0.7,
}  # fmt: skip


@pytest.fixture
def results() -> pd.DataFrame:
    rows = [
        {"dataset": "demo", "split": "test", "model": model, "condition": condition,
         "fold": 0, "seed": 0, "status": "ok", "reason": "",
         "n_test": 50, "n_full_frame": 10 if condition else 0,
         "accuracy": accuracy, "balanced_accuracy": accuracy}
        for (model, condition), accuracy in ACCURACY.items()
    ]  # fmt: skip
    failed = {**rows[0], "model": "broken", "status": "error", "accuracy": float("nan")}
    return pd.DataFrame([*rows, failed])


def test_what_is_lost_against_the_clean_images(results):
    table = robustness_table(results)
    assert list(table.columns) == list(columns_of("robustness"))
    assert set(table["model"]) == {"cnn-small", "hog-svm"}
    own = table[table["model"] == "hog-svm"]
    assert list(own["change"]) == ["", "blur", "small", "small"]
    assert list(own["strength"]) == [0, 0.02, 32, 8]  # the mildest first
    assert list(own["accuracy_drop"]) == pytest.approx([0, 0.2, 0.1, 0.4])
    assert list(own["detection_rate"]) == [1, 0.8, 0.8, 0.8]


def test_the_summary_has_means_over_the_strengths(results):
    lines = summary_lines(robustness_table(results))
    assert lines == [
        ["change", "face found", "cnn-small", "hog-svm"],
        ["clean", "1.00", "0.800", "0.900"],
        ["blur", "0.80", "0.600 (-0.200)", "0.700 (-0.200)"],
        ["small", "0.80", "0.700 (-0.100)", "0.650 (-0.250)"],
    ]


def test_a_model_measured_under_fewer_changes_has_gaps(results):
    some = results[~((results["model"] == "cnn-small") & (results["condition"] == "blur 0.02"))]
    assert summary_lines(robustness_table(some))[2] == ["blur", "0.80", "", "0.700 (-0.200)"]


def test_the_figure_has_a_panel_for_each_change(results, tmp_path, image_is_drawn, monkeypatch):
    seen = {}
    monkeypatch.setattr(
        "happysad.experiments.reporting.per_experiment.robustness_table.save_lines",
        lambda rows, path, **more: seen.update(rows=rows, **more),
    )
    save_robustness(robustness_table(results), tmp_path / "a.png")
    panels = seen["rows"].groupby("panel", sort=False)["x"].agg(lambda x: list(dict.fromkeys(x)))
    assert list(panels) == [["clean", "0.02"], ["clean", "32", "8"]]
    monkeypatch.undo()
    save_robustness(robustness_table(results), tmp_path / "b.png")
    assert image_is_drawn(tmp_path / "b.png")


def test_where_every_model_failed_there_is_a_report_and_no_figure(results, tmp_path, capsys):
    failed = results[results["status"] == "error"].assign(reason="no torch")
    failed.to_csv(tmp_path / "results.csv", index=False)
    write_all(tmp_path)
    assert not (tmp_path / "figures").exists()
    assert (tmp_path / "report.html").exists()
    with pytest.raises(SystemExit):
        print_robustness(tmp_path)
    assert "broken failed: no torch" in capsys.readouterr().out
