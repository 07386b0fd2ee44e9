"""One readable table of a run."""

from __future__ import annotations

import shutil
from functools import partial

import numpy as np
import pandas as pd
import pytest

from happysad.experiments.reporting.tables.result_table import (
    describe_part,
    markdown,
    print_run,
    run_cells,
    table_cells,
)
from happysad.experiments.reporting.tables.run_tables import RunTables, read_run
from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask
from happysad.experiments.runner.results_writer import record_failure
from happysad.experiments.runner.run_folder import RunFolder
from happysad.pipeline.models.registry import make_model


@pytest.fixture(scope="module")
def run(finished) -> RunTables:
    return read_run(finished)


def test_cells_are_text_the_most_accurate_first_with_the_chosen_model_marked(run):
    header, *lines = table_cells(run.scores(), "hog-svm")
    assert header[0] == "model"
    assert {len(line) for line in lines} == {len(header)}
    assert len(lines) == run["results"]["model"].nunique()
    assert [line[0] for line in lines if line[0].endswith(" *")] == ["hog-svm *"]
    accuracies = [float(line[1]) for line in lines]
    assert accuracies == sorted(accuracies, reverse=True)


def test_the_interval_holds_the_accuracy(run):
    header, *lines = run_cells(run)
    assert header[:3] == ["model", "accuracy", "95% interval"]
    for line in lines:
        low, high = map(float, line[2].split(" to "))
        assert low <= float(line[1]) <= high


def test_without_intervals_there_is_no_column_of_them(run):
    header, *lines = run_cells(run)
    bare = RunTables(run.folder, run.facts, run.tables | {"intervals": pd.DataFrame()})
    place = header.index("95% interval")
    without = [[*line[:place], *line[place + 1 :]] for line in [header, *lines]]
    assert table_cells(bare.scores(), run.best) == run_cells(bare)
    assert run_cells(bare)[0] == without[0]


def test_the_part_is_described(run):
    assert run.reported == "test"
    line = describe_part(run)
    assert line.startswith("forty, test part: 10 images (5 happy, 5 sad), a face found in ")
    assert line.endswith("fitted on 24 images of the train part")


def test_printed_on_standard_output(finished, capsys, run):
    print_run(finished)
    told = capsys.readouterr()
    assert told.err == ""
    lines = told.out.splitlines()
    for name in run["results"]["model"]:
        assert sum(line.split()[0] == name for line in lines if line) == 1
    assert lines[0].split()[:5] == ["model", "accuracy", "95%", "interval", "precision"]
    for name in ("results.csv", "predictions.csv", "run.json", "happysad.joblib", "report.html"):
        assert name in lines[-1]
    assert str(finished) in lines[-1]


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


def test_a_data_set_may_have_any_name(finished, tmp_path, capsys):
    shutil.copytree(finished, tmp_path / "run")
    for name in ("results.csv", "predictions.csv", "intervals.csv"):
        text = (tmp_path / "run" / name).read_text("utf-8")
        (tmp_path / "run" / name).write_text(text.replace("\nforty,", "\n007,"), "utf-8")
    print_run(tmp_path / "run")
    assert "\n007, test part: 10 images" in capsys.readouterr().out


def test_a_run_as_markdown_has_a_line_a_model_and_the_best_marked(run):
    lines = markdown(run_cells(run)).splitlines()
    assert len(lines) == 2 + run["results"]["model"].nunique()
    assert len({line.count("|") for line in lines}) == 1
    assert any(line.startswith(f"| {run.best} * |") for line in lines)


def test_markdown_is_a_table():
    assert markdown([["a", "b"], ["1", "2"]]).splitlines() == [
        "| a | b |", "| --- | ---: |", "| 1 | 2 |",
    ]  # fmt: skip
