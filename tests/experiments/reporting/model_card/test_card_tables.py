"""The tables of the model card."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.reporting.model_card.card_tables import (
    data_lines,
    model_lines,
    place_name,
    reliability_lines,
    score_lines,
)
from happysad.experiments.reporting.tables.run_tables import read_table

NAMES = {"forty val": "held-out faces", "forty test": "the hidden ones"}


@pytest.fixture
def table(shipped_run):
    return lambda name: read_table(shipped_run / f"{name}.csv")


def test_places_have_names():
    assert place_name({"dataset": "forty", "split": "test"}, NAMES) == "the hidden ones"
    assert place_name({"dataset": "forty", "split": "val"}, NAMES) == "held-out faces"
    assert place_name({"dataset": "news grey", "split": "test"}, NAMES) == "news grey"


def test_models_and_what_they_cost(table):
    about = {"bytes": 1_234_567, "summary": "what it is"}
    lines = model_lines({"landmarks-svm": about, "hog-svm": about}, table("results"))
    assert [line[:3] for line in lines[1:]] == [
        [f"`{name}`", "what it is", "1.2 MB"] for name in ("landmarks-svm", "hog-svm")
    ]
    assert all(float(cell) >= 0 for line in lines[1:] for cell in line[3:])


def test_data(table):
    lines = data_lines(table("tested"), NAMES)
    assert lines[1][:2] == ["held-out faces", "30"]  # what is fitted on comes first
    (hidden,) = [line for line in lines if line[0] == "the hidden ones"]
    assert hidden[1:5] == ["10", "5", "5", "10"]
    assert all(0 <= float(cell) <= 1 for line in lines[1:] for cell in line[5:])
    assert sum(int(line[1]) for line in lines[1:]) == 30 + 10 + 72


def test_scores_of_all_places_and_of_the_kinds_of_images_of_the_test_part(table):
    scores = table("scores")
    lines = score_lines(scores, NAMES)
    assert lines[0][:4] == ["model", "tested on", "images", "n"]
    whole = [line for line in lines[1:] if line[2] == "all"]
    assert len(whole) == 2 * 4
    assert all("[" in line[5] for line in whole)
    made = pd.concat([scores, scores.assign(images="leaked", n=3.0)])
    leaked = [line for line in score_lines(made, NAMES) if line[2] == "leaked"]
    assert [line[:4] for line in leaked] == [
        [f"`{model}`", "the hidden ones", "leaked", "3"] for model in ("hog-svm", "landmarks-svm")
    ]


def test_reliability_of_what_is_tested_on(table):
    header, *lines = reliability_lines(table("reliability"), NAMES)
    assert header[2:] == ["0.0 to 0.2", "0.2 to 0.4", "0.4 to 0.6", "0.6 to 0.8", "0.8 to 1.0"]
    assert len(lines) == 2 * 3
    own = next(line for line in lines if line[:2] == ["`hog-svm`", "the hidden ones"])
    assert sum(int(cell.split(" of ")[1]) for cell in own[2:] if cell != "-") == 10
