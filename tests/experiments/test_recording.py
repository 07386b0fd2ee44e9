"""From a trial to rows, predictions and the best model's file."""

from __future__ import annotations

import hashlib
import json

import pytest

from happysad.experiments.recording import (
    MODEL_FILE,
    best_model,
    is_saved,
    record,
    record_failure,
    save_with_card,
)
from happysad.experiments.run_folder import RunFolder
from happysad.pipeline.model_file import load_model, read_card

IDENTITY = {"dataset": "forty", "data": "abc", "seed": 0}


@pytest.fixture
def run(tmp_path) -> RunFolder:
    folder = RunFolder(tmp_path / "run", IDENTITY)
    folder.describe({"state": "running"})
    return folder


def test_a_trial_becomes_two_rows_and_a_row_an_image(run, data, make_trial):
    trial = make_trial(0.8)
    record(run, data, "dummy", 3, "digest", trial)
    rows = run.results.set_index("split")
    assert list(rows.index) == ["val", "test"]
    for part, n in (("val", 6), ("test", 10)):
        row = rows.loc[part]
        assert (row["model"], row["seed"], row["status"], row["settings"]) == (
            "dummy", 3, "ok", "digest",
        )  # fmt: skip
        assert (row["n_train"], row["n_test"], row["n_full_frame"]) == (24, n, 1)
        assert row["accuracy"] == trial.metrics[part]["accuracy"]
        assert row["model_bytes"] == len(trial.model)
    assert len(run.predictions) == 16
    test = data.frame[data.frame["split"] == "test"]
    mine = run.predictions[run.predictions["split"] == "test"]
    assert list(mine["image"]) == list(test["path"])
    assert list(mine["label"]) == list(test["label"])
    assert (mine["predicted"] == mine["label"]).mean() == trial.metrics["test"]["accuracy"]


def test_a_failure_is_a_row(run, data):
    record_failure(run, data, "dummy", 0, "digest", "ValueError: no")
    (row,) = run.results.to_dict("records")
    assert (row["status"], row["reason"], row["n_train"]) == ("error", "ValueError: no", 24)
    assert best_model(run.results) == ""


def test_a_failure_takes_the_place_of_an_older_result(run, data, make_trial):
    record(run, data, "dummy", 0, "digest", make_trial(0.8))
    record_failure(run, data, "dummy", 0, "digest", "ValueError: no")
    assert list(run.results["status"]) == ["error"]
    assert len(run.predictions) == 0


@pytest.mark.parametrize("order", [(0.6, 0.9, 0.7), (0.9, 0.7, 0.6), (0.6, 0.7, 0.9)])
def test_the_saved_model_is_the_one_best_on_the_validation_part(run, data, make_trial, order):
    names = dict(zip(order, ("dummy", "lbp-svm", "hog-svm"), strict=True))
    for right, name in names.items():
        record(run, data, name, 0, "digest", make_trial(right))
    assert best_model(run.results) == names[0.9]
    assert is_saved(run, names[0.9])
    assert read_card(run.path / MODEL_FILE)["model"] == names[0.9]


@pytest.mark.parametrize("order", [("dummy", "lbp-svm"), ("lbp-svm", "dummy")])
def test_of_equals_the_same_one_is_best_whichever_ended_first(run, data, make_trial, order):
    for name in order:
        record(run, data, name, 0, "digest", make_trial(0.8))
    assert best_model(run.results) == "lbp-svm"
    assert is_saved(run, "lbp-svm")
    (run.path / MODEL_FILE).unlink()
    record(run, data, "lbp-svm", 0, "digest", make_trial(0.8))
    assert is_saved(run, "lbp-svm")


def test_the_surer_of_two_that_rank_alike_is_best(run, data, make_trial):
    record(run, data, "lbp-svm", 0, "digest", make_trial(1.0, sure=0.6))
    record(run, data, "dummy", 0, "digest", make_trial(1.0, sure=0.9))
    assert best_model(run.results) == "dummy"


def test_a_model_file_that_is_not_whole_is_not_saved(run, data, make_trial):
    assert not is_saved(run, "dummy")
    record(run, data, "dummy", 0, "digest", make_trial(0.8))
    assert is_saved(run, "dummy")
    assert not is_saved(run, "lbp-svm")
    file = run.path / MODEL_FILE
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert not is_saved(run, "dummy")
    file.write_bytes(whole)
    assert is_saved(run, "dummy")
    (run.path / f"{MODEL_FILE}.json").unlink()
    assert not is_saved(run, "dummy")


def test_the_card_tells_what_the_model_is(data, make_trial, tmp_path):
    trial = make_trial(0.8)
    save_with_card(tmp_path / "m.joblib", data, "dummy", trial)
    card = json.loads((tmp_path / "m.joblib.json").read_text("utf-8"))
    assert card["sha256"] == hashlib.sha256((tmp_path / "m.joblib").read_bytes()).hexdigest()
    assert (card["model"], card["dataset"], card["data"]) == ("dummy", data.name, data.hash)
    assert card["metrics"]["test"]["accuracy"] == trial.metrics["test"]["accuracy"]
    assert card["summary"]
    assert card["licences"]
    assert len(card["probe"]) == 4
    assert list(load_model(tmp_path / "m.joblib").classes_) == ["happy", "sad"]
