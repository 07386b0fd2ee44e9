"""What is known of the models that come along, from a run's predictions."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.reporting.run_tables import read_table
from happysad.experiments.reporting.shipped_tables import (
    METRICS,
    format_check,
    format_lines,
    place_table,
    reliability_table,
    score_table,
    shipped_lines,
)
from happysad.experiments.run_folder import read_rows
from happysad.pipeline.metrics import evaluate


@pytest.fixture(scope="module")
def answers(shipped_run) -> pd.DataFrame:
    return read_rows(shipped_run / "predictions.csv")


def made(*rows: tuple[str, str, str, float, str, str]) -> pd.DataFrame:
    columns = ["condition", "dataset", "label", "p_happy", "group", "leaked"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(
        model="m", split="test", face="detected", fold=0, seed=0,
        image=[f"{i}.png" for i in range(len(frame))],
        predicted=["happy" if p >= 0.5 else "sad" for p in frame["p_happy"]],
    )  # fmt: skip


def test_scores_are_those_of_the_pooled_answers(answers):
    table = score_table(answers)
    assert set(table["metric"]) == set(METRICS)
    part = answers[
        (answers["model"] == "fusion-svm")
        & (answers["condition"] == "cross-validated")
        & (answers["dataset"] == "forty")
    ]
    row = table[
        (table["model"] == "fusion-svm")
        & (table["condition"] == "cross-validated")
        & (table["dataset"] == "forty")
        & (table["metric"] == "balanced_accuracy")
        & (table["images"] == "all")
    ].iloc[0]
    expected = evaluate(part["label"].tolist(), part["p_happy"].tolist())["balanced_accuracy"]
    assert row["value"] == pytest.approx(expected)
    assert row["low"] <= row["value"] <= row["high"]
    assert row["n"] == len(part) == 30


def test_the_shipped_model_knows_every_picture_it_was_fitted_on():
    """By groups: a near-duplicate of a val image, which column leaked says nothing of."""
    rows = made(
        ("shipped", "web", "happy", 0.9, "a", ""), ("shipped", "web", "sad", 0.2, "b", "yes"),
        ("shipped", "web", "sad", 0.3, "c", ""), ("cross-validated", "web", "happy", 0.8, "a", ""),
        ("cross-validated", "web", "sad", 0.8, "d", ""),
    )  # fmt: skip
    table = score_table(rows)
    counts = table[table["condition"] == "shipped"].drop_duplicates("images")
    assert dict(zip(counts["images"], counts["n"], strict=True)) == {
        "all": 3, "leaked": 1, "not leaked": 2,
    }  # fmt: skip
    assert set(table.loc[table["condition"] == "cross-validated", "images"]) == {"all"}


def test_what_was_tested_on(answers):
    table = place_table(answers).set_index(["condition", "dataset", "split"])
    row = table.loc[("shipped", "forty", "test")]
    assert (row["n"], row["happy"], row["sad"], row["groups"]) == (10, 5, 5, 10)
    assert table.loc[("cross-validated", "news small colour", "val"), "sad"] > 0


def test_the_format_shows_where_it_decides():
    both = [("grey", "happy"), ("grey", "sad"), ("small", "happy"), ("small", "sad")]
    rows = [
        ("c", f"news {form}", label, p, str(i), "")
        for i, (form, label) in enumerate(both * 3)
        for p in [0.9 if form == "grey" else 0.1]
    ]
    table = format_check(made(*rows), ["news"])
    assert list(table["auc"]) == [1.0, 1.0]
    level = [(*row[:3], 0.5, *row[4:]) for row in rows]
    assert list(format_check(made(*level), ["news"])["auc"]) == [0.5, 0.5]
    assert len(format_check(made(*rows), [])) == 0


def test_shares_of_happy_faces_in_fifths(answers):
    table = reliability_table(answers)
    assert set(table["condition"]) == {"shipped", "cross-validated"}
    own = table[(table["model"] == "fusion-svm") & (table["dataset"] == "forty")]
    assert own.groupby("condition")["n"].sum().to_dict() == {"cross-validated": 30, "shipped": 10}


def test_lines_are_read_back_from_the_files(shipped_run):
    lines = shipped_lines(read_table(shipped_run / "scores.csv"))
    assert lines[0][0] == "model"
    assert [line[1] for line in lines[1:5]] == ["fitted alone on forty"] * 4
    assert len(lines) == 1 + 2 * (4 + 1 + 3 + 3 + 2 + 1)
    check = format_lines(read_table(shipped_run / "format_check.csv"))
    assert len({len(line) for line in check}) == 1
    assert any("news grey 120x120, news small colour" in line for line in check)
