"""One readable table of a run, and the end of a run on the screen."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from happysad.experiments.reporting.tables.result_table import (
    print_failures,
    print_findings,
    print_run,
    run_cells,
)
from happysad.experiments.reporting.tables.run_tables import RunTables, read_run
from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask
from happysad.experiments.runner.results_writer import record_failure
from happysad.experiments.runner.run_folder import RunFolder
from happysad.pipeline.models.registry import make_model
from happysad.utils.tables import markdown


@pytest.fixture
def run(small_run) -> RunTables:
    return read_run(small_run)


def test_cells_are_text_the_most_accurate_first_with_the_chosen_model_marked(run):
    header, *lines = run_cells(run)
    assert header[:3] == ["model", "accuracy", "95% interval"]
    assert {len(line) for line in lines} == {len(header)}
    assert {line[0] for line in lines} == {"hog-svm *", "cnn-small", "dummy"}
    accuracies = [float(line[1]) for line in lines]
    assert accuracies == sorted(accuracies, reverse=True)
    for line in lines:
        low, high = map(float, line[2].split(" to "))
        assert low <= float(line[1]) <= high


def test_without_intervals_there_is_no_column_of_them(run):
    bare = RunTables(run.folder, run.facts, run.tables | {"intervals": pd.DataFrame()})
    assert run_cells(bare) == [[*line[:2], *line[3:]] for line in run_cells(run)]


def test_printed_on_standard_output(small_run, capsys):
    print_run(small_run)
    printed = capsys.readouterr()
    assert printed.err == ""
    lines = printed.out.splitlines()
    for name in ("hog-svm", "cnn-small", "dummy"):
        assert sum(line.split()[0] == name for line in lines if line) == 1
    assert lines[0].split()[:5] == ["model", "accuracy", "95%", "interval", "precision"]
    assert lines[4] == (
        "faces & co, test part: 40 images (20 happy, 20 sad), a face found in 35, the others read "
        "whole; fitted on 99 images of the train part"
    )
    assert lines[-2] == "broken failed: ValueError: <b>bad</b>"
    for name in ("results.csv", "predictions.csv", "run.json", "happysad.joblib", "report.html"):
        assert name in lines[-1]
    assert str(small_run) in lines[-1]


def test_a_run_without_any_result_says_why_and_ends_with_1(tmp_path, data, capsys):
    run = RunFolder(tmp_path / "run", {"data": "x"})
    run.describe({"state": "finished", "best": ""})
    places = {EvaluationSet(data.name, "test"): np.arange(2)}
    unit = FitTask("hog-svm", partial(make_model, "hog-svm"), np.arange(4), places)
    record_failure(run, unit, "digest", "ValueError: [bold]no[/bold]")
    with pytest.raises(SystemExit) as ended:
        print_run(run.path)
    assert ended.value.code == 1
    out = capsys.readouterr().out
    assert "hog-svm failed: ValueError: [bold]no[/bold]" in out
    assert "happysad.joblib" not in out


def test_a_data_set_may_have_any_name(small_run, capsys):
    for name in ("results.csv", "predictions.csv", "intervals.csv"):
        text = (small_run / name).read_text("utf-8")
        (small_run / name).write_text(text.replace("faces & co", "007"), "utf-8")
    print_run(small_run)
    assert "\n007, test part: 40 images" in capsys.readouterr().out


def test_a_run_as_markdown_has_a_line_a_model_and_the_best_marked(run):
    lines = markdown(run_cells(run)).splitlines()
    assert len(lines) == 2 + 3
    assert len({line.count("|") for line in lines}) == 1
    assert any(line.startswith("| hog-svm * |") for line in lines)


def test_a_failure_is_told_once(capsys):
    rows = {"model": ["a", "a", "b"], "condition": ["x", "", ""], "reason": ["no", "no", ""]}
    failed = pd.DataFrame(rows).assign(status=["error", "error", "ok"])
    print_failures(failed)
    assert capsys.readouterr().out == "a failed: no\n"
    print_failures(failed, "condition")
    assert capsys.readouterr().out == "a, x failed: no\na failed: no\n"
    print_failures(failed.tail(1))
    print_failures(pd.DataFrame())
    assert capsys.readouterr().out == ""


def test_findings_of_an_experiment_and_the_exit_code_without_any(capsys):
    results = pd.DataFrame({"model": [], "status": [], "reason": []})
    print_findings(Path("runs/x"), results, [["a"], ["1"]], "Below.", "more.csv")
    *_, below, written = capsys.readouterr().out.splitlines()
    assert below == "Below."
    assert written == (
        "written to runs/x/: results.csv, more.csv, predictions.csv, run.json, report.html, figures"
    )
    with pytest.raises(SystemExit) as ended:
        print_findings(Path("runs/x"), results, [], "Below.", "more.csv")
    assert ended.value.code == 1
    assert "figures" not in capsys.readouterr().out
