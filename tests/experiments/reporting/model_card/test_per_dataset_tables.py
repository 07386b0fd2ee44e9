"""What is known of the shipped models, from a run's predictions."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.reporting.model_card.per_dataset_tables import (
    METRICS,
    place_table,
    reliability_table,
    score_table,
    shipped_lines,
)
from happysad.experiments.reporting.tables.run_tables import read_table
from happysad.experiments.runner.run_folder import read_rows
from happysad.pipeline.evaluation.metrics import evaluate


@pytest.fixture(scope="module")
def answers(shipped_run) -> pd.DataFrame:
    return read_rows(shipped_run / "predictions.csv")


def test_scores_are_those_of_the_pooled_answers(answers):
    table = score_table(answers)
    assert set(table["metric"]) == set(METRICS)
    of_folds = (answers["model"] == "hog-svm") & (answers["condition"] == "cross-validated")
    part = answers[of_folds]
    row = table[
        (table["model"] == "hog-svm")
        & (table["condition"] == "cross-validated")
        & (table["metric"] == "balanced_accuracy")
        & (table["images"] == "all")
    ].iloc[0]
    expected = evaluate(part["label"].tolist(), part["p_happy"].tolist())["balanced_accuracy"]
    assert row["value"] == pytest.approx(expected)
    assert row["low"] <= row["value"] <= row["high"]
    assert row["n"] == len(part) == 30


def test_with_and_without_leaked_images(answers):
    own = answers[(answers["model"] == "hog-svm") & (answers["dataset"] == "forty")]
    test = own["condition"] == "shipped"
    leaked = own["leaked"].where(~test, ["yes" if i % 2 else "" for i in range(len(own))])
    table = score_table(own.assign(leaked=leaked, face="detected"))
    counts = table[table["condition"] == "shipped"].drop_duplicates("images")
    assert dict(zip(counts["images"], counts["n"], strict=True)) == {
        "all": 10, "leaked": 5, "not leaked": 5,
    }  # fmt: skip
    assert set(table.loc[table["condition"] == "cross-validated", "images"]) == {"all"}


def test_what_was_tested_on(answers):
    table = place_table(answers).set_index(["condition", "dataset", "split"])
    row = table.loc[("shipped", "forty", "test")]
    assert (row["n"], row["happy"], row["sad"], row["groups"]) == (10, 5, 5, 10)
    assert table.loc[("shipped", "news small colour", "test"), "sad"] > 0
    assert len(table) == 4


def test_shares_of_happy_faces_in_fifths(answers):
    table = reliability_table(answers)
    own = table[(table["model"] == "hog-svm") & (table["dataset"] == "forty")]
    assert own.groupby("condition")["n"].sum().to_dict() == {"cross-validated": 30, "shipped": 10}


def test_lines_are_read_back_from_the_files(shipped_run):
    lines = shipped_lines(read_table(shipped_run / "scores.csv"))
    assert [line[:2] for line in lines[1:5]] == [["hog-svm", "shipped"]] * 3 + [
        ["hog-svm", "cross-validated"]
    ]
    assert len(lines) == 1 + 2 * 4
