"""The answer says what the tables say, and nothing that contradicts itself."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.reporting.html.answer import answer, compared, not_learned
from happysad.experiments.reporting.tables.run_tables import RunTables, read_run
from happysad.experiments.reporting.tables.summary_table import summary_table


@pytest.fixture(scope="module")
def run(small_run_source) -> RunTables:
    return read_run(small_run_source)


def changed(run: RunTables, best: str = "hog-svm", **tables: pd.DataFrame) -> RunTables:
    return RunTables(run.folder, run.facts | {"best": best}, run.tables | tables)


def test_the_answer_names_the_best_its_interval_and_the_difference(run):
    said = answer(run)
    own = run.scores().set_index("model")["accuracy"]["hog-svm"]
    assert said.startswith("hog-svm does best on the validation part; on the 40 test images")
    assert f"{own:.3f} [{own - 0.07:.3f}, {own + 0.06:.3f}] (95% interval)" in said
    assert (
        "Against cnn-small, its accuracy is 0.175 higher, which could be chance (p = 0.120" in said
    )
    assert "answers 32 of the 40 test images and is wrong on 1 of those (2.5%)" in said


def test_p_in_plain_words():
    for p, words in ((0.05, "could be chance"), (0.049, "hardly chance"), (1e-9, "p < 0.001")):
        row = {"difference": -0.1, "low": -0.2, "high": -0.01, "p_value_holm": p}
        assert words in compared(row)
        assert "0.100 lower" in compared(row)


def test_where_the_best_is_the_cnn_the_runner_up_is_told(run):
    said = answer(changed(run, "cnn-small"))
    assert "Of the handcrafted models hog-svm comes next: its accuracy is 0.175 higher" in said


def test_a_higher_model_that_was_not_chosen_is_told(run):
    top = run.scores().iloc[0]
    assert "is higher on the test part" not in answer(changed(run, top["model"]))
    low = run.scores().iloc[-1]
    said = answer(changed(run, low["model"]))
    assert f"{top['model']} is higher on the test part ({top['accuracy']:.3f})" in said


def test_no_answer_without_a_chosen_model(run):
    assert answer(changed(run, "")) == ""


def test_a_rule_that_answers_nothing_is_told(run):
    points = run["operating_points"].assign(coverage=0.0, error=float("nan"))
    said = answer(changed(run, operating_points=points))
    assert "No thresholds are sure to keep the error to 0.02: that takes 80 faces" in said
    assert "nan" not in said


def test_a_corrected_p_and_an_interval_stand_side_by_side_only_where_they_agree():
    row = {"difference": 0.1, "low": 0.01, "high": 0.2, "p_value_holm": 0.2}
    assert compared(row) == (
        "its accuracy is 0.100 higher, which could be chance (p = 0.200 after correction for the "
        "number of comparisons)"
    )
    assert "95% interval 0.010 to 0.200), hardly chance" in compared(row | {"p_value_holm": 0.01})
    said = compared(row | {"low": -0.01, "p_value_holm": 0.01})
    assert "could be chance (95% interval -0.010 to 0.200, images of one person" in said
    lower = {"difference": -0.1, "low": -0.2, "high": -0.01, "p_value_holm": 0.01}
    assert "0.100 lower (95% interval 0.010 to 0.200)" in compared(lower)


def test_a_model_chosen_on_the_images_that_report_it_says_so(run):
    assert "chosen from" not in answer(run)
    results = run["results"].query("split == 'val'").assign(fold=1)
    folded = changed(run, results=results)
    assert "chosen from 3 models by these same images" in answer(folded)


def test_the_answer_of_several_seeds_is_a_mean_with_its_spread(run):
    results = pd.concat([run["results"], run["results"].assign(seed=1, tp=20, tn=20, fp=0, fn=0)])
    several = changed(run, results=results)
    with_summary = changed(run, results=results, summary=summary_table(several))
    own = summary_table(several).set_index("model").loc["hog-svm", "accuracy_sd"]
    assert f"the mean of 2 seeds, which differ by ±{own:.3f}" in answer(with_summary)


def test_a_cnn_that_has_not_learned_is_called_that_and_is_no_yardstick(run):
    flat = run["training"].assign(train_loss=0.69)
    low = run["intervals"].assign(low=0.45)
    own = run["intervals"]["model"] == "cnn-small"
    still = changed(run, training=flat, intervals=run["intervals"].where(~own, low))
    still = changed(still, summary=summary_table(still))
    (said,) = not_learned(still)
    assert said.startswith("cnn-small has not learned: its training loss went from 0.69 to 0.69")
    assert said in answer(still)
    assert "Against cnn-small" not in answer(still)
