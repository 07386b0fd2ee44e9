"""The tables of the model card."""

from __future__ import annotations

import pytest

from happysad.experiments.reporting.model_card_tables import (
    Names,
    cost_lines,
    data_lines,
    found_lines,
    reliability_lines,
    score_lines,
    status_lines,
    weight_lines,
)
from happysad.experiments.reporting.run_tables import read_table

NAMES = Names({"forty test": "the hidden ones"}, {"forty"})


@pytest.fixture
def table(shipped_run):
    return lambda name: read_table(shipped_run / f"{name}.csv")


def test_places_have_names():
    row = {"dataset": "forty", "split": "test", "condition": "shipped"}
    assert NAMES.of(row) == "the hidden ones"
    assert NAMES.of(row | {"split": "val"}) == "forty, val part"
    assert NAMES.of(row | {"dataset": "news grey"}) == "news grey"
    assert NAMES.with_how(row | {"condition": "cross-validated"}) == "forty, cross-validated"


def test_data(table):
    lines = data_lines(table("tested"), NAMES)
    assert ["the hidden ones", "testing only", "10", "5", "5", "10"] in lines
    assert sum(int(line[2]) for line in lines[1:]) == 30 + 72 + 10


def test_weights(table):
    lines = weight_lines(table("weights"))
    assert len(lines) == 7
    assert sum(float(line[-1]) for line in lines[1:]) == pytest.approx(1, abs=0.005)


def test_scores_say_how_a_model_was_fitted_where_there_are_several_ways(table):
    scores = table("scores")
    left_out = score_lines(scores, "without ", NAMES)
    assert left_out[0][:3] == ["model", "fitted", "tested on"]
    assert {line[1] for line in left_out[1:]} == {"without news", "without forty"}
    folds = score_lines(scores, "cross-validated", NAMES)
    assert len(folds) == 1 + 6  # not those without weights
    assert folds[0][:3] == ["model", "tested on", "n"]
    assert "[" in folds[1][-1]


def test_reliability(table):
    header, *lines = reliability_lines(table("reliability"), NAMES)
    assert header[2:] == ["0.0 to 0.2", "0.2 to 0.4", "0.4 to 0.6", "0.6 to 0.8", "0.8 to 1.0"]
    shipped = next(line for line in lines if line[:2] == ["`fusion-svm`", "the hidden ones"])
    assert sum(int(cell.split(" of ")[1]) for cell in shipped[2:] if cell != "-") == 10


def test_faces_found_and_cost(table):
    assert found_lines(table("tested"), NAMES)[1][0] == "forty"
    lines = cost_lines(table("results"), {"fusion-svm": {}, "texture-svm": {}})
    assert [line[0] for line in lines[1:]] == ["`fusion-svm`", "`texture-svm`"]
    assert lines[1][1] == "102"


def test_status_where_some_faces_are_not_found(table):
    scores = table("scores")
    some = scores[scores["condition"] == "shipped"]
    halves = [some.assign(images=images, n=5.0) for images in ("face found", "no face found")]
    import pandas as pd

    lines = status_lines(pd.concat(halves), NAMES)
    assert [line[2] for line in lines[1:]] == ["face found", "no face found"] * 2
