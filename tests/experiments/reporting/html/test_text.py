"""Sentences of the report say what the tables say."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.reporting.html import text
from happysad.experiments.reporting.tables.run_tables import RunTables, read_run


@pytest.fixture(scope="module")
def run(small_run_source) -> RunTables:
    return read_run(small_run_source)


def changed(run: RunTables, best: str = "hog-svm", **tables: pd.DataFrame) -> RunTables:
    return RunTables(run.folder, run.facts | {"best": best}, run.tables | tables)


def test_the_answer_names_the_best_its_interval_and_the_difference(run):
    said = text.answer(run)
    own = run.scores().set_index("model")["accuracy"]["hog-svm"]
    assert said.startswith("hog-svm does best on the validation part; on the 40 test images")
    assert f"{own:.3f} [{own - 0.07:.3f}, {own + 0.06:.3f}] (95% interval)" in said
    assert "Against cnn-small, its accuracy is 0.175 higher [-0.010, 0.200]" in said
    assert "which could be chance (p = 0.120 after correction" in said
    assert "answers 80.0% of the test images and is wrong on 2.5% of those" in said


def test_p_in_plain_words():
    for p, words in ((0.05, "could be chance"), (0.049, "hardly chance"), (1e-9, "p < 0.001")):
        row = {"difference": -0.1, "low": -0.2, "high": -0.01, "p_value_holm": p}
        assert words in text.compared(row)
        assert "0.100 lower" in text.compared(row)


def test_where_the_best_is_the_cnn_the_runner_up_is_told(run):
    said = text.answer(changed(run, "cnn-small"))
    assert "Of the handcrafted models hog-svm comes next: its accuracy is 0.175 higher" in said


def test_a_higher_model_that_was_not_chosen_is_told(run):
    top = run.scores().iloc[0]
    assert "is higher on the test part" not in text.answer(changed(run, top["model"]))
    low = run.scores().iloc[-1]
    said = text.answer(changed(run, low["model"]))
    assert f"{top['model']} is higher on the test part ({top['accuracy']:.3f})" in said


def test_no_answer_without_a_chosen_model(run):
    assert text.answer(changed(run, "")) == ""


def test_a_rule_that_answers_nothing_is_told(run):
    points = run["operating_points"].assign(coverage=0.0, error=float("nan"))
    said = text.answer(changed(run, operating_points=points))
    assert 'No thresholds keep to "max error 0.02"' in said
    assert "nan" not in said


def test_without_intervals_the_number_stands_alone(run):
    bare = changed(run, intervals=pd.DataFrame())
    assert bare.score_text("hog-svm", "brier").count("[") == 0
    assert "interval)" not in text.answer(bare)
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
