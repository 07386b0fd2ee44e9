"""Every CSV file has the columns that the table of columns names, and the page names them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from happysad.experiments.reporting.columns import TABLES, TEXTS, columns_of, page

ROOT = Path(__file__).resolve().parents[3]
RESULTS = ROOT / "docs" / "results"


def check(file: Path, folder: str) -> None:
    """That a file has exactly its columns, and numbers in those of numbers."""
    name = f"{folder}/{file.stem}" if f"{folder}/{file.stem}" in TABLES else file.stem
    table = pd.read_csv(file)
    expected = list(columns_of(name))
    if "*" in expected:  # any number of columns with other names
        at = expected.index("*")
        assert list(table.columns[:at]) == expected[:at], file
        assert list(table.columns[at - len(expected) + 1 :]) == expected[at + 1 :], file
    else:
        assert list(table.columns) == expected, file
    for key, column in TABLES[name].columns.items():
        if key in table and table[key].notna().any():
            values = table[key].dropna()
            if column.type == "number":
                assert pd.api.types.is_numeric_dtype(values), (file, key)
            if column.type == "integer":
                assert (values == values.astype(int)).all(), (file, key)


def test_the_page_is_what_the_table_says():
    assert (ROOT / "docs" / "columns.md").read_text(encoding="utf-8") == page(), (
        "run python -m happysad.experiments.reporting.columns > docs/columns.md"
    )


def test_types_are_known_and_no_meaning_is_empty():
    for name, table in TABLES.items():
        assert table.about, name
        for key, column in table.columns.items():
            assert column.type in ("text", "integer", "number"), (name, key)
            assert column.meaning, (name, key)
    assert {"model", "dataset", "features", "tested_on"} <= TEXTS


def test_the_published_results():
    files = sorted(RESULTS.rglob("*.csv"))
    assert len(files) > 20
    for file in files:
        check(file, file.parent.name)


def test_the_tables_of_a_small_run(small_run):
    from happysad.experiments.reporting.tables.summary import summarise
    from happysad.experiments.runner.run_folder import PREDICTION_COLUMNS, TRAINING_COLUMNS

    assert list(columns_of("predictions")) == PREDICTION_COLUMNS
    assert list(columns_of("training")) == TRAINING_COLUMNS
    summarise(small_run)
    for name in ("intervals", "comparisons", "face_detection", "operating_points"):
        check(small_run / f"{name}.csv", "")


def test_what_commands_and_scripts_write():
    from happysad.experiments import fine_tuning
    from happysad.experiments.benchmarks import speed
    from happysad.output import timeline
    from happysad.pipeline.audit import finding_types
    from happysad.pipeline.prediction import prediction

    assert list(columns_of("predict")) == list(prediction.COLUMNS)
    assert list(columns_of("timeline")) == list(timeline.COLUMNS)
    assert list(columns_of("fine_tuning")) == fine_tuning.COLUMNS
    assert list(columns_of("speed")) == speed.COLUMNS
    assert list(columns_of("audit")) == list(finding_types.COLUMNS)


@pytest.mark.slow
def test_the_tables_of_whole_runs(finished, shipped_run):
    for folder, name in ((finished, ""), (shipped_run, "shipped")):
        files = sorted(folder.glob("*.csv"))
        assert len(files) > 5
        for file in files:
            check(file, name)
