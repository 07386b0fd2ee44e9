"""What a run's folder holds."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.reporting.tables.run_tables import RunTables, read_run


def changed(run: RunTables, **tables: pd.DataFrame) -> RunTables:
    return RunTables(run.folder, run.facts, run.tables | tables)


def test_absent_tables_have_no_rows(tmp_path):
    run = read_run(tmp_path)
    assert run.best == ""
    assert run.scores().empty
    assert run.predictions().empty
    assert run.shown() == []
    assert run.part("comparisons").empty


def test_scores_are_those_of_the_part_best_first(small_run):
    run = read_run(small_run)
    scores = run.scores()
    assert set(scores["model"]) == {"hog-svm", "cnn-small", "dummy"}
    assert scores["accuracy"].is_monotonic_decreasing
    assert set(run.scores("val")["split"]) == {"val"}


def test_counts_of_folds_are_summed_and_scores_averaged(small_run):
    run = read_run(small_run)
    rows = run["results"]
    second = rows[rows["status"] == "ok"].assign(fold=1.0, accuracy=0.5)
    both = pd.concat([rows, second])
    folds = changed(run, results=both, intervals=run["intervals"].head(0))
    one, two = run.scores().set_index("model"), folds.scores().set_index("model")
    assert (two["tp"] == 2 * one["tp"]).all()
    assert (two["n_test"] == 80).all()
    assert two["accuracy"]["hog-svm"] == pytest.approx((one["accuracy"]["hog-svm"] + 0.5) / 2)


def test_of_several_seeds_the_mean_and_the_predictions_of_the_first(small_run):
    run = read_run(small_run)
    rows, said = run["results"], run["predictions"]
    later = changed(
        run,
        results=pd.concat([rows.assign(seed=3.0, roc_auc=0.0, f1_sad=0.0), rows]),
        predictions=pd.concat([said.assign(seed=3.0), said]),
    )
    two, one = later.scores().set_index("model"), run.scores().set_index("model")
    assert two["f1_sad"].tolist() == pytest.approx((one["f1_sad"] / 2).tolist())
    assert two["roc_auc"].equals(one["roc_auc"])  # that of intervals.csv
    assert (two["n_test"] == 40).all()
    assert (two["tp"] == 2 * one["tp"]).all()
    assert len(later.predictions()) == len(run.predictions())
    assert (run.seeds, later.seeds, later.folds) == (1, 2, 0)


def test_what_was_done_under_a_condition_is_no_score(small_run):
    run = read_run(small_run)
    blurred = run["results"].assign(condition="blur 3")
    assert changed(run, results=blurred).scores().empty


def test_shown_are_the_best_the_cnns_and_the_best_of_each_family(small_run):
    run = read_run(small_run)
    row = run["results"].query("model == 'hog-svm' and split == 'val'")
    names = ["lbp-svm", "hog-lbp-svm", "cnn-resnet", "hog-svm+oversample", "fusion-gb"]
    scores = [0.1, 0.99, 0.2, 0.05, 0.3]
    more = [row.assign(model=n, balanced_accuracy=s) for n, s in zip(names, scores, strict=True)]
    wide = changed(run, results=pd.concat([run["results"], *more]), intervals=pd.DataFrame())
    shown = wide.shown(99)
    assert shown[0] == "hog-svm"
    assert set(shown[1:3]) == {"cnn-small", "cnn-resnet"}
    assert shown[3:] == ["hog-lbp-svm", "fusion-gb", "lbp-svm"]
    assert wide.shown() == shown[:6]
    assert wide.shown(2) == shown[:2]
