"""Numbers as tables and sentences show them."""

from __future__ import annotations

import pandas as pd

from happysad.experiments.reporting.formats import (
    frame_cells,
    number,
    p_cell,
    p_text,
    score_name,
    verdict,
    with_interval,
)

NAN = float("nan")


def test_numbers_and_intervals():
    assert [number(value) for value in (0.12345, 1.0, NAN, None)] == ["0.123", "1.000", "", ""]
    assert with_interval(0.9331, 0.92, 0.94461) == "0.933 [0.920, 0.945]"
    assert with_interval(-0.02, -0.03, 0.0, sign="+") == "-0.020 [-0.030, +0.000]"
    assert with_interval(1.0, NAN, NAN) == "1.000"
    assert with_interval(NAN, 0, 1) == ""


def test_p_values_as_they_are_read():
    assert [p_text(p) for p in (0.0004, 0.001, 0.0496, 1.0)] == [
        "p < 0.001", "p = 0.001", "p = 0.050", "p = 1.000",
    ]  # fmt: skip
    assert [p_cell(p) for p in (0.0004, 0.001)] == ["< 0.001", "0.001"]


def test_cells_of_any_frame():
    frame = pd.DataFrame(
        {"model": ["a"], "p": [0.12345], "n": [3.0], "fit_s": [1.26], "gone": [NAN]}
    )
    assert frame_cells(frame) == [
        ["model", "p", "n", "fit_s", "gone"],
        ["a", "0.123", "3", "1.3", ""],
    ]


def test_scores_have_short_names():
    metrics = ("roc_auc", "f1_macro", "f1_sad", "precision_macro", "balanced_accuracy", "fit_s")
    assert [score_name(metric) for metric in metrics] == [
        "AUC", "F1", "F1 sad", "precision", "balanced accuracy", "fit s",
    ]  # fmt: skip


def test_hardly_chance_is_what_the_corrected_p_and_the_interval_agree_on():
    row = {"p_value_holm": 0.01, "low": 0.01, "high": 0.2}
    assert verdict(row) == "hardly chance"
    assert verdict(row | {"low": -0.2, "high": -0.01}) == "hardly chance"
    assert verdict(row | {"low": NAN, "high": NAN}) == "hardly chance"
    assert verdict(row | {"low": -0.01}) == "could be chance"
    assert verdict(row | {"p_value_holm": 0.05}) == "could be chance"
