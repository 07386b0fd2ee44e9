"""The tables of the report."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.reporting.html import tables
from happysad.experiments.reporting.tables.run_tables import RunTables, read_run


@pytest.fixture(scope="module")
def run(small_run_source) -> RunTables:
    return read_run(small_run_source)


def test_subsets_are_shown_where_there_are_two(run):
    header, *lines = tables.subset_table(run, "all", "not leaked", "leaked")
    assert header == ["model", "all (40 images)", "not leaked (40 images)"]
    assert len(lines) == 3
    assert tables.subset_table(run, "all", "face found") == []


def test_comparisons_in_plain_words(run):
    header, *lines = tables.comparison_table(run)
    assert [dict(zip(header, line, strict=True))["in words"] for line in lines] == [
        "could be chance", "hardly chance",
    ]  # fmt: skip
    assert lines[0] == [
        "hog-svm", "cnn-small (CNN)", "+0.175 [-0.010, +0.200]", "9", "2", "0.060", "0.120",
        "could be chance",
    ]  # fmt: skip


def test_the_spread_is_a_line_a_model(run):
    axes = {"dataset": "d", "split": "test", "model": "a", "n_fits": 6.0}
    rows = [{**axes, "metric": m, "mean": 0.9, "sd": 0.02} for m in ("accuracy", "brier")]
    spread = RunTables(run.folder, run.facts, run.tables | {"spread": pd.DataFrame(rows)})
    header, line = tables.spread_table(spread)
    assert header[:3] == ["model", "fits", "accuracy"]
    assert line[:4] == ["a", "6", "0.900 ± 0.020", ""]
    assert tables.spread_table(run) == []


def test_thresholds_that_answer_nothing_are_never(run):
    points = run["operating_points"].assign(low=0.0, high=1.01)
    shut = RunTables(run.folder, run.facts, run.tables | {"operating_points": points})
    assert tables.operating_table(shut)[1][2:4] == ["never", "never"]
    assert tables.operating_table(run)[1][2:5] == ["0.200", "0.800", "0.800"]


def test_a_failure_is_named_once(run):
    twice = pd.concat([run["results"]] * 2)
    made = tables.failure_table(RunTables(run.folder, run.facts, run.tables | {"results": twice}))
    assert made == [["model", "reason"], ["broken", "ValueError: <b>bad</b>"]]
    blurred = run["results"].assign(condition="blur")
    made = tables.failure_table(RunTables(run.folder, run.facts, run.tables | {"results": blurred}))
    assert made[1] == ["broken", "blur", "ValueError: <b>bad</b>"]
