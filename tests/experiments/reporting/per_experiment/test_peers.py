"""The tables of the comparison with other programs, against numbers counted by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from happysad.experiments.reporting.per_experiment.peers import (
    CAN,
    EFFORTS,
    MEASURED,
    METHOD,
    PEERS,
    first_lines,
    score_lines,
    score_table,
)

FER, FACE_API = PEERS.values()


def test_scores_are_those_counted_by_hand(made):
    rows = score_table(made).set_index("model")
    assert rows.loc[FER, "n"] == 20
    assert rows.loc[FER, "accuracy"] == pytest.approx(0.6)
    assert rows.loc[FER, "balanced_accuracy"] == pytest.approx((1 + 0.2) / 2)
    assert rows.loc[FER, "roc_auc"] == pytest.approx(0.2 + 0.8 / 2)
    assert rows.loc[FER, "accuracy_low"] < 0.6 < rows.loc[FER, "accuracy_high"]
    assert rows.loc["ours", "accuracy"] == rows.loc["ours", "accuracy_low"] == 1
    assert math.isnan(rows.loc["ours", "neutral_called_happy"])


def test_neutral_faces_are_counted_and_not_scored(predictions):
    (row,) = score_table(predictions("ours", "hshhhs", "hsnnnn")).to_dict("records")
    assert (row["n"], row["n_neutral"]) == (2, 4)
    assert row["accuracy"] == 1
    assert row["neutral_called_happy"] == 0.75
    assert score_lines(pd.DataFrame([row]))[1][-1] == "0.75 of 4"


def test_programs_are_ordered_by_balanced_accuracy_and_few_people_are_named(made):
    lines = score_lines(score_table(made))
    assert [line[1] for line in lines[1:]] == ["ours", FACE_API, FER]
    assert lines[1][0] == "here"
    assert lines[1][3] == "1.000 [1.000, 1.000]"
    few = made.assign(group=["she", "he"] * 30)
    assert score_lines(score_table(few))[1][0] == "here (2 people)"


def test_without_results_there_is_a_header_alone():
    assert len(score_lines(pd.DataFrame())) == 1


def test_the_first_table_has_a_row_a_program_and_what_each_can():
    tests = ("fer2013 PrivateTest", "muxspace grey 350x350")
    rows = [
        {"tested_on": t, "model": m, "balanced_accuracy": 0.9 + 0.01 * i, "roc_auc": 0.95}
        for i, m in enumerate(CAN)
        for t in tests
    ]
    header, *lines = first_lines(pd.DataFrame(rows))
    names = ["**happysad**, `stack`", "**happysad**, `texture-svm`", *PEERS.values()]
    assert [line[0] for line in lines] == names
    assert lines[0][1:5] == ["0.900", "0.950", "0.900", "0.950"]
    assert lines[3][1] == "0.930"
    assert {line[0]: line[6] for line in lines}[FER] == "22"
    assert all(len(line) == len(header) for line in lines)


def test_what_it_took_is_told_of_each_program():
    header, *lines = EFFORTS
    ours = ["happysad (stack)", "happysad (texture-svm)"]
    assert [line[0] for line in lines] == [*ours, *PEERS.values()]
    assert all(len(line) == len(header) and all(line) for line in lines)
    assert {line[0]: line[2] for line in lines}[FER] == "22"
    assert MEASURED in METHOD
