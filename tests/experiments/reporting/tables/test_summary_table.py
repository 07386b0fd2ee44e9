"""summary.csv: what the screen shows."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.tables.result_table import run_cells
from happysad.experiments.reporting.tables.run_tables import RunTables, read_run
from happysad.experiments.reporting.tables.summary_table import (
    model_notes,
    summary_table,
    training_losses,
)


@pytest.fixture
def run(small_run) -> RunTables:
    return read_run(small_run)


def changed(run: RunTables, **tables: pd.DataFrame) -> RunTables:
    return RunTables(run.folder, run.facts, run.tables | tables)


def at_chance(run: RunTables, model: str) -> pd.DataFrame:
    rows = run["intervals"]
    return rows.assign(low=rows["low"].where(rows["model"] != model, 0.4))


def test_it_holds_what_the_screen_shows(run):
    table = summary_table(run)
    assert list(table.columns) == list(columns_of("summary"))
    assert list(table["model"]) == list(run.scores()["model"])
    assert table.loc[table["chosen"] == "yes", "model"].tolist() == ["hog-svm"]
    header, *lines = run_cells(run)
    for line, row in zip(lines, table.to_dict("records"), strict=True):
        assert line[1] == f"{row['accuracy']:.3f}"
        assert line[2] == f"{row['accuracy_low']:.3f} to {row['accuracy_high']:.3f}"
        assert line[header.index("AUC")] == f"{row['roc_auc']:.3f}"
    assert run_cells(changed(run, summary=table)) == [header, *lines]
    assert "± over seeds" not in header
    assert "note" not in header


def test_no_model_no_rows(tmp_path):
    table = summary_table(read_run(tmp_path))
    assert table.empty
    assert list(table.columns) == list(columns_of("summary"))


def test_the_spread_over_seeds_is_a_column(run):
    rows = run["results"]
    better = rows.assign(seed=1, tp=20, tn=20, fp=0, fn=0)
    several = changed(run, results=pd.concat([rows, better]))
    table = summary_table(several).set_index("model")
    first = (rows["tp"] + rows["tn"])[(rows["model"] == "dummy") & (rows["split"] == "test")] / 40
    assert table.loc["dummy", "accuracy_sd"] == pytest.approx(abs(1 - first.iloc[0]) / 2**0.5)
    header, *lines = run_cells(several)
    assert header[:4] == ["model", "accuracy", "95% interval", "± over seeds"]
    assert all(line[3] for line in lines)


def test_a_cnn_at_chance_whose_loss_stayed_flat_has_not_learned(run):
    flat = changed(run, training=run["training"].assign(train_loss=0.69))
    assert model_notes(run) == model_notes(flat) == {}  # a good CNN began with a low loss
    intervals = at_chance(run, "cnn-small")
    assert model_notes(changed(run, intervals=intervals)) == {
        "cnn-small": "not clearly above chance"
    }
    still = changed(flat, intervals=intervals)
    assert model_notes(still) == {"cnn-small": "has not learned"}
    header, *lines = run_cells(still)
    assert header[-1] == "note"
    assert [line[-1] for line in lines if line[0] == "cnn-small"] == ["has not learned"]


def test_a_cnn_that_gives_all_faces_one_answer_has_not_learned(run):
    rows = run["results"]
    one = rows.assign(tp=20, fn=0, fp=20, tn=0)
    results = one.where(rows["model"] == "cnn-small", rows)
    still = changed(run, results=results, intervals=at_chance(run, "cnn-small"))
    assert model_notes(still) == {"cnn-small": "has not learned"}
    svm = changed(run, results=one, intervals=at_chance(run, "hog-svm"))
    assert model_notes(svm) == {"hog-svm": "not clearly above chance"}


def test_other_models_at_chance_are_told_and_the_dummy_is_not(run):
    assert model_notes(changed(run, intervals=at_chance(run, "dummy"))) == {}
    notes = model_notes(changed(run, intervals=at_chance(run, "hog-svm")))
    assert notes == {"hog-svm": "not clearly above chance"}


def test_losses_are_those_of_the_first_epoch_and_the_lowest(run):
    assert training_losses(run, "cnn-small") == pytest.approx((0.6, 0.6 / 7))
    assert training_losses(run, "hog-svm") is None
