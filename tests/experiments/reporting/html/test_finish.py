"""What every run ends with."""

from __future__ import annotations

import shutil

from happysad.experiments.reporting.html.finish import finish


def test_tables_figures_and_report_follow_from_two_files(small_run, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    for name in ("results.csv", "predictions.csv", "run.json"):
        shutil.copy(small_run / name, folder)
    told: list[str] = []
    finish(folder, told.append, title="Which is best?")
    assert told == ["intervals, figures, report"]
    names = {file.name for file in folder.iterdir()}
    assert {"intervals.csv", "comparisons.csv", "coverage.csv"} <= names
    assert list((folder / "figures").glob("*.png"))
    assert "<title>Which is best?</title>" in (folder / "report.html").read_text("utf-8")
