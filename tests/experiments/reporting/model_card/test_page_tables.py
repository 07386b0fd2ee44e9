"""The tables of pages, each from a run's small CSV files."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from happysad.experiments.reporting.model_card.page_tables import (
    KINDS,
    against_cnn,
    balance,
    unsure,
)
from happysad.experiments.reporting.tables.run_tables import RunTables, read_run

POINTS = [
    ("val", "0.5", 0.5, 0.5), ("test", "0.5", 0.9, 0.4),
    ("test", "balanced", 0.8, 0.7), ("test", "max error 0.02", 0.8, 0.7),
]  # fmt: skip


@pytest.fixture
def run(tmp_path) -> RunTables:
    """A run of two models with round numbers."""
    scores = dict.fromkeys(("accuracy", "balanced_accuracy", "n_test", "n_full_frame"), 1)
    rows = [
        {"dataset": "d", "split": "test", "condition": "", "model": model, "fold": 0, "seed": 0,
         "status": "ok", **scores}
        for model in ("hog-svm", "cnn-small")
    ]  # fmt: skip
    points = [
        {"dataset": "d", "split": split, "model": model, "rule": rule, "coverage": 0.5,
         "error": 0.01, "recall_happy": happy, "recall_sad": sad,
         "balanced_accuracy": (happy + sad) / 2, "low": 0.5, "high": 0.5,
         "rejected_happy": 0.1, "rejected_sad": 0.2, "rejected_neutral": ""}
        for model in ("hog-svm", "cnn-small")
        for split, rule, happy, sad in POINTS
    ]  # fmt: skip
    points.append({"dataset": "d", "split": "neutral", "model": "hog-svm",
                   "rule": "max error 0.02", "rejected_neutral": 0.6})  # fmt: skip
    comparisons = [
        {"dataset": "d", "split": "test", "model": "hog-svm", "against": "cnn-small",
         "against_role": kind, "n": 9, "n_only_model_correct": 3, "n_only_other_correct": 1,
         "p_value": 0.6, "p_value_holm": 0.9, "difference": 0.2, "low": -0.1, "high": 0.5}
        for kind in ("cnn", "best")
    ]  # fmt: skip
    intervals = [
        {"dataset": "d", "split": "test", "model": model, "images": images, "n": n,
         "metric": "accuracy", "value": value, "low": value - 0.1, "high": value + 0.1}
        for model in ("hog-svm", "cnn-small")
        for images, n, value in (("all", 9, 0.8), ("leaked", 2, 0.9), ("not leaked", 7, 0.7))
    ]  # fmt: skip
    tables = {"results": rows, "operating_points": points, "comparisons": comparisons}
    for name, table in {**tables, "intervals": intervals}.items():
        pd.DataFrame(table).to_csv(tmp_path / f"{name}.csv", index=False)
    (tmp_path / "run.json").write_text(json.dumps({"best": "hog-svm"}))
    return read_run(tmp_path)


def test_leaked_images_apart(run):
    header, *lines = KINDS["leaks"](run)
    assert header[1:] == ["all (9 images)", "not leaked (7 images)", "leaked (2 images)"]
    assert lines[0][1:] == ["0.800 [0.700, 0.900]", "0.700 [0.600, 0.800]", "0.900 [0.800, 1.000]"]


def test_against_the_cnn_alone(run):
    header, *lines = against_cnn(run)
    assert header[1] == "accuracy minus that of cnn-small"
    assert len(lines) == 1
    assert lines[0][:2] == ["hog-svm", "+0.200 [-0.100, +0.500]"]
    assert lines[0][-1] == "could be chance"


def test_unsure_has_the_neutral_faces_where_they_were_asked(run):
    _, *lines = unsure(run)
    by_model = {line[0]: line[1:] for line in lines}
    assert by_model["hog-svm"] == ["0.500", "0.010", "0.100", "0.200", "0.600"]
    assert by_model["cnn-small"][-1] == "-"


def test_balance_shows_both_thresholds(run):
    _, first, second = balance(run)
    assert first == ["cnn-small", "0.900", "0.400", "0.650", "0.800", "0.700", "0.750"]
    assert second[0] == "hog-svm"


def test_kinds_are_named_with_hyphens():
    assert all(name == name.lower() and " " not in name for name in KINDS)
