"""From a trial to rows, predictions and the best model's file."""

from __future__ import annotations

import hashlib
import json
from functools import partial

import numpy as np
import pytest

from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask
from happysad.experiments.runner.results_writer import (
    MODEL_FILE,
    beats_the_others,
    best_model,
    is_saved,
    mean_scores,
    record,
    record_failure,
    save_with_card,
)
from happysad.experiments.runner.run_folder import RunFolder
from happysad.pipeline.model_files.model_file import load_model, read_card
from happysad.pipeline.models.registry import find_recipe, make_model

IDENTITY = {"dataset": "forty", "data": "abc", "seed": 0}


@pytest.fixture
def run(tmp_path) -> RunFolder:
    folder = RunFolder(tmp_path / "run", IDENTITY)
    folder.describe({"state": "running"})
    return folder


@pytest.fixture
def unit_of(data):
    """``unit_of("hog-svm", seed=3)``: the unit of that model on the 40 faces."""
    rows = {part: np.flatnonzero(data.frame["split"] == part) for part in ("train", "val", "test")}

    def make(name: str, **axes) -> FitTask:
        places = {EvaluationSet(data.name, part): rows[part] for part in ("val", "test")}
        build = partial(make_model, name)
        summary = find_recipe(name).summary
        return FitTask(name, build, rows["train"], places, summary=summary, **axes)

    return make


@pytest.fixture
def tried(make_evaluation, unit_of):
    """``tried(0.8, "dummy")``: a unit, and a trial of it that is right so often."""

    def make(right: float, name: str, sure: float = 0.9, **axes):
        unit, trial = unit_of(name, **axes), make_evaluation(right, sure)
        for table in (trial.metrics, trial.p_happy, trial.face_status):
            for place in unit.places:
                table[place] = table.pop(place.split)
        return unit, trial

    return make


@pytest.fixture
def done(run, data, tried):
    """``done(0.8, "dummy")``: saved where it is the best, and recorded, as compare does."""

    def do(*arguments, **axes):
        unit, trial = tried(*arguments, **axes)
        if beats_the_others(run, unit, trial):
            save_with_card(run.path / MODEL_FILE, data, unit, trial)
        record(run, unit, data.frame, "digest", trial)
        return trial

    return do


def test_a_trial_becomes_two_rows_and_a_row_an_image(run, data, done):
    trial = done(0.8, "dummy", seed=3)
    rows = run.results.set_index("split")
    assert list(rows.index) == ["val", "test"]
    for place, metrics in trial.metrics.items():
        row = rows.loc[place.split]
        assert (row["model"], row["seed"], row["status"], row["settings"]) == (
            "dummy", 3, "ok", "digest",
        )  # fmt: skip
        n = {"val": 6, "test": 10}[place.split]
        assert (row["n_train"], row["n_test"], row["n_full_frame"]) == (24, n, 1)
        assert row["accuracy"] == metrics["accuracy"]
        assert row["model_bytes"] == len(trial.model)
    assert len(run.predictions) == 16
    test = data.frame[data.frame["split"] == "test"]
    mine = run.predictions[run.predictions["split"] == "test"]
    assert list(mine["image"]) == list(test["path"])
    assert list(mine["label"]) == list(test["label"])
    assert list(mine["group"]) == list(test["group"])
    assert set(mine["leaked"]) == {""}
    right = (mine["predicted"] == mine["label"]).mean()
    assert right == trial.metrics[EvaluationSet(data.name, "test")]["accuracy"]


def test_images_with_a_twin_in_training_are_marked(run, data, tried):
    unit, trial = tried(0.8, "dummy")
    twins = ["x.png" if i % 2 else "" for i in range(len(data.frame))]
    record(run, unit, data.frame.assign(near_duplicate_of=twins), "digest", trial)
    marked = run.predictions.set_index("image")["leaked"]
    paths = data.frame["path"]
    assert all(
        marked[paths[i]] == "yes" for i in unit.places[EvaluationSet(data.name, "test")] if i % 2
    )
    assert set(marked) == {"yes", ""}


def test_unlabelled_images_are_answered_and_not_scored(run, data, tried):
    unit, trial = tried(0.8, "dummy")
    neutral = EvaluationSet(data.name, "neutral")
    unit.places[neutral] = np.arange(4)
    trial.p_happy[neutral] = np.full(4, 0.7)
    trial.face_status[neutral] = np.array(["detected"] * 4)
    record(run, unit, data.frame, "digest", trial)
    assert list(run.results["split"]) == ["val", "test"]
    assert (run.predictions["split"] == "neutral").sum() == 4
    assert run.finished(unit, "digest")


def test_a_training_curve_is_recorded(run, data, tried):
    unit, trial = tried(0.8, "dummy")
    trial.history.append({"epoch": 1, "train_loss": 0.7, "val_loss": 0.6, "val_accuracy": 0.5})
    record(run, unit, data.frame, "digest", trial)
    (row,) = run.training.to_dict("records")
    assert (row["model"], row["epoch"], row["val_loss"]) == ("dummy", 1, 0.6)


def test_a_failure_is_a_row(run, unit_of):
    record_failure(run, unit_of("dummy"), "digest", "ValueError: no")
    (row,) = run.results.to_dict("records")
    assert (row["status"], row["reason"], row["n_train"]) == ("error", "ValueError: no", 24)
    assert row["split"] == "test"
    assert best_model(run.results) == ""


def test_a_failure_takes_the_place_of_an_older_result(run, done, unit_of):
    done(0.8, "dummy")
    record_failure(run, unit_of("dummy"), "digest", "ValueError: no")
    assert list(run.results["status"]) == ["error"]
    assert len(run.predictions) == 0


@pytest.mark.parametrize("order", [(0.6, 0.9, 0.7), (0.9, 0.7, 0.6), (0.6, 0.7, 0.9)])
def test_the_saved_model_is_the_one_best_on_the_validation_part(run, done, unit_of, order):
    names = dict(zip(order, ("dummy", "lbp-svm", "hog-svm"), strict=True))
    for right, name in names.items():
        done(right, name)
    assert best_model(run.results) == names[0.9]
    assert is_saved(run, unit_of(names[0.9]))
    assert read_card(run.path / MODEL_FILE)["model"] == names[0.9]


@pytest.mark.parametrize("order", [("dummy", "lbp-svm"), ("lbp-svm", "dummy")])
def test_of_equals_the_same_one_is_best_whichever_ended_first(run, done, unit_of, order):
    for name in order:
        done(0.8, name)
    assert best_model(run.results) == "lbp-svm"
    assert is_saved(run, unit_of("lbp-svm"))
    (run.path / MODEL_FILE).unlink()
    done(0.8, "lbp-svm")
    assert is_saved(run, unit_of("lbp-svm"))


def test_the_surer_of_two_that_rank_alike_is_best(run, done):
    done(1.0, "lbp-svm", 0.6)
    done(1.0, "dummy", 0.9)
    assert best_model(run.results) == "dummy"


def test_over_several_seeds_the_mean_counts(run, done):
    for seed, right in ((0, 1.0), (1, 0.5)):
        done(right, "lbp-svm", seed=seed)
    for seed in (0, 1):
        done(0.8, "dummy", seed=seed)
    assert best_model(run.results) == "dummy"
    mean = run.results[run.results["split"].eq("val") & run.results["model"].eq("lbp-svm")]
    assert mean_scores(run.results, "lbp-svm")["accuracy"] == mean["accuracy"].mean()


def test_a_model_file_that_is_not_whole_is_not_saved(run, done, unit_of):
    unit = unit_of("dummy")
    assert not is_saved(run, unit)
    done(0.8, "dummy")
    assert is_saved(run, unit)
    assert not is_saved(run, unit_of("lbp-svm"))
    assert not is_saved(run, unit_of("dummy", seed=1))
    file = run.path / MODEL_FILE
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert not is_saved(run, unit)
    file.write_bytes(whole)
    assert is_saved(run, unit)
    (run.path / f"{MODEL_FILE}.json").unlink()
    assert not is_saved(run, unit)


def test_the_card_tells_what_the_model_is(data, tried, tmp_path):
    unit, trial = tried(0.8, "dummy")
    save_with_card(tmp_path / "m.joblib", data, unit, trial, remark="more")
    card = json.loads((tmp_path / "m.joblib.json").read_text("utf-8"))
    assert card["sha256"] == hashlib.sha256((tmp_path / "m.joblib").read_bytes()).hexdigest()
    assert (card["model"], card["dataset"], card["data"]) == ("dummy", data.name, data.hash)
    test = trial.metrics[EvaluationSet(data.name, "test")]
    assert card["metrics"]["test"]["accuracy"] == test["accuracy"]
    assert (card["n_train"], card["remark"]) == (24, "more")
    assert card["summary"]
    assert card["licences"]
    assert len(card["probe"]) == 4
    assert list(load_model(tmp_path / "m.joblib").classes_) == ["happy", "sad"]
