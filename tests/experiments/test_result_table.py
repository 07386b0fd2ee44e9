"""One readable table of a run."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from happysad.experiments.compare import RunFolder
from happysad.experiments.recording import record_failure
from happysad.experiments.result_table import (
    describe_part,
    markdown_table,
    print_run,
    reported_rows,
    table_cells,
)


@pytest.fixture
def results(finished) -> pd.DataFrame:
    return pd.read_csv(finished / "results.csv")


def test_the_test_part_the_most_accurate_first(results):
    rows = reported_rows(results)
    assert set(rows["split"]) == {"test"}
    assert rows["accuracy"].is_monotonic_decreasing
    assert len(rows) == results["model"].nunique()


def test_cells_are_text_with_the_chosen_model_marked(results):
    header, *lines = table_cells(reported_rows(results), "hog-svm")
    assert header[0] == "model"
    assert {len(line) for line in lines} == {len(header)}
    assert [line[0] for line in lines if line[0].endswith(" *")] == ["hog-svm *"]
    assert all(0 <= float(line[1]) <= 1 for line in lines)


def test_the_part_is_described(finished, results):
    predictions = pd.read_csv(finished / "predictions.csv")
    line = describe_part(reported_rows(results), predictions)
    assert line.startswith("forty, test part: 10 images (5 happy, 5 sad), a face found in ")
    assert line.endswith("fitted on 24 images of the train part")


def test_printed_on_standard_output(finished, capsys, results):
    print_run(finished)
    told = capsys.readouterr()
    assert told.err == ""
    lines = told.out.splitlines()
    for name in results["model"]:
        assert sum(line.split()[0] == name for line in lines if line) == 1
    assert lines[0].split()[:5] == ["model", "accuracy", "precision", "recall", "F1"]
    for name in ("results.csv", "predictions.csv", "run.json", "happysad.joblib", "figures"):
        assert name in lines[-1]
    assert str(finished) in lines[-1]


def test_a_run_without_any_result_says_why_and_ends_with_1(tmp_path, data, capsys):
    run = RunFolder(tmp_path / "run", {"data": "x"})
    run.describe({"state": "finished", "best": ""})
    record_failure(run, data, "hog-svm", 0, "digest", "ValueError: [bold]no[/bold]")
    with pytest.raises(SystemExit) as ended:
        print_run(run.path)
    assert ended.value.code == 1
    out = capsys.readouterr().out
    assert "hog-svm failed: ValueError: [bold]no[/bold]" in out
    assert "happysad.joblib" not in out


def test_a_data_set_may_have_any_name(finished, tmp_path, capsys):
    shutil.copytree(finished, tmp_path / "run")
    for name in ("results.csv", "predictions.csv"):
        text = (tmp_path / "run" / name).read_text("utf-8")
        (tmp_path / "run" / name).write_text(text.replace("\nforty,", "\n007,"), "utf-8")
    print_run(tmp_path / "run")
    assert "\n007, test part: 10 images" in capsys.readouterr().out


def test_markdown(finished, results):
    lines = markdown_table(results).splitlines()
    best = json.loads((finished / "run.json").read_text("utf-8"))["best"]
    assert len(lines) == 2 + results["model"].nunique()
    assert len({line.count("|") for line in lines}) == 1
    assert any(line.startswith(f"| {best} * |") for line in lines)
