"""Sentences of the report say what the tables say."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.reporting.html import text
from happysad.experiments.reporting.html.answer import answer
from happysad.experiments.reporting.tables.run_tables import RunTables, read_run


@pytest.fixture(scope="module")
def run(small_run_source) -> RunTables:
    return read_run(small_run_source)


def changed(run: RunTables, best: str = "hog-svm", **tables: pd.DataFrame) -> RunTables:
    return RunTables(run.folder, run.facts | {"best": best}, run.tables | tables)


def test_without_intervals_the_number_stands_alone(run):
    bare = changed(run, intervals=pd.DataFrame())
    assert bare.score_text("hog-svm", "brier").count("[") == 0
    assert "interval)" not in answer(bare)
    assert bare.score_text("hog-svm", "brier", "leaked") == ""


def test_captions_hold_the_numbers(run):
    row = run.scores().set_index("model").loc["hog-svm"]
    assert f"{int(row['fn'])} of 20 happy faces sad" in text.matrices_caption(run)
    assert "lowest validation loss 0.300 in epoch 4 of 7" in text.training_caption(run)
    said = text.rejected_caption(run)
    assert "10.0% of the happy faces, 30.0% of the sad faces, 75.0% of the neutral faces" in said
    assert "90.0% of the 20 happy images" in text.face_detection(run)
    wrong = (run.predictions(model="hog-svm").eval("predicted != label")).sum()
    assert f"wrong on {wrong} of 40 test images" in text.errors_caption(run)
    assert "±0.065" in text.scores_caption(run)
    assert "Without them the accuracy of hog-svm is" in text.leaks(run)
