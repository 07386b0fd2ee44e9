"""The table of an ablation: differences by hand, the order of the rows."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.reporting.per_experiment.ablation_table import (
    _difference,
    _order,
    add_importance,
    read_importance,
    table_lines,
)


def predictions(condition: str, right: list[bool], reverse: bool = False) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "model": "m", "split": "test", "condition": condition, "label": "happy",
            "predicted": ["happy" if one else "sad" for one in right],
            "image": [f"{i}.png" for i in range(len(right))], "group": "",
        }
    )  # fmt: skip
    return rows.iloc[::-1] if reverse else rows


def test_the_difference_is_that_of_the_same_images_in_whatever_order():
    complete = predictions("", [True] * 8 + [False] * 2)
    without = predictions("without hog", [False] * 2 + [True] * 6 + [False] * 2, reverse=True)
    found = _difference(pd.concat([complete, without]), "m", "without hog", "test")
    assert found["test_difference"] == pytest.approx(-0.2)
    assert -0.5 <= found["test_low"] < -0.2 < found["test_high"] <= 0


def test_all_blocks_come_first_then_those_without_then_those_alone():
    conditions = ["lbp alone", "without hog", "", "hog alone", "without lbp"]
    assert sorted(conditions, key=_order) == [
        "", "without hog", "without lbp", "hog alone", "lbp alone",
    ]  # fmt: skip


def test_the_lines_show_the_difference_with_its_interval():
    row = {
        "model": "m", "features": "without hog", "val_balanced_accuracy": 0.9, "val_roc_auc": 0.95,
        "test_balanced_accuracy": 0.8, "test_roc_auc": 0.85,
        "test_difference": -0.02, "test_low": -0.03, "test_high": 0.0,
    }  # fmt: skip
    _, line = table_lines(pd.DataFrame([row]))
    assert line == ["m", "without hog", "0.900", "0.950", "0.800", "0.850",
                    "-0.020 [-0.030, +0.000]"]  # fmt: skip


def test_a_model_has_its_importances_once(tmp_path):
    table = pd.DataFrame({"block": ["Hog"], "group": ["all"], "repeats": [1]})
    for model, repeats in (("b", 1), ("a", 1), ("b", 2)):
        add_importance(tmp_path, model, table.assign(repeats=repeats))
    found = read_importance(tmp_path)
    assert list(zip(found["model"], found["repeats"], strict=True)) == [("a", 1), ("b", 2)]
