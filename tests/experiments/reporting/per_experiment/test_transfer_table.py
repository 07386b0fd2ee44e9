"""The table of transfer: scores by hand, intervals by person, faces found by class."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from happysad.experiments.reporting.per_experiment.transfer_table import (
    transfer_rows,
    transfer_tables,
)

COLUMNS = ["condition", "dataset", "model", "label", "group", "image", "face", "p_happy"]


def predictions(people: list[str]) -> pd.DataFrame:
    """Three happy faces (one answered wrongly), two sad ones (both rightly)."""
    labels, p = ["happy"] * 3 + ["sad"] * 2, [0.9, 0.8, 0.3, 0.2, 0.4]
    face = ["detected", "full_frame", "detected", "full_frame", "full_frame"]
    return pd.DataFrame(
        [
            ("fitted on a", "b", "m", label, person, f"{i}.png", found, value)
            for i, (label, person, found, value) in enumerate(
                zip(labels, people, face, p, strict=True)
            )
        ],
        columns=pd.Index(COLUMNS),
    )


def test_scores_and_faces_found_are_those_counted_by_hand():
    (row,) = transfer_rows(predictions([""] * 5)).to_dict("records")
    assert (row["fitted_on"], row["tested_on"], row["model"]) == ("a", "b", "m")
    assert row["recall_happy"] == pytest.approx(2 / 3)
    assert row["recall_sad"] == 1
    assert row["balanced_accuracy"] == pytest.approx(5 / 6)
    assert row["roc_auc"] == pytest.approx(5 / 6)
    assert (row["n_happy"], row["n_sad"], row["n_people"]) == (3, 2, 5)
    assert row["detection_rate_happy"] == pytest.approx(2 / 3)
    assert row["detection_rate_sad"] == 0
    assert row["balanced_accuracy_low"] < 5 / 6 < row["balanced_accuracy_high"]


def test_one_person_has_no_interval():
    rows = transfer_rows(predictions(["she"] * 5))
    assert math.isnan(rows["balanced_accuracy_low"].iloc[0])
    ((_, _, lines),) = transfer_tables(rows)
    assert lines == [["model", "b (1 person)"], ["m", "0.833, 0.833"]]


def test_a_set_of_few_people_says_so():
    ((_, _, lines),) = transfer_tables(
        transfer_rows(predictions(["she", "he", "she", "he", "she"]))
    )
    assert lines[0] == ["model", "b (2 people)"]
    assert "[" in lines[1][1]
    many = pd.concat([predictions([f"{i}{k}" for k in range(5)]) for i in range(2)])
    ((_, _, lines),) = transfer_tables(transfer_rows(many))
    assert lines[0] == ["model", "b"]
