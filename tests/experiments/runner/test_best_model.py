"""Which model of a run is best, and its file."""

from __future__ import annotations

import hashlib
import json

import pytest

from happysad.experiments.runner.best_model import (
    MODEL_FILE,
    best_model,
    is_saved,
    mean_scores,
    save_best,
    save_with_card,
)
from happysad.experiments.runner.fit_tasks import EvaluationSet
from happysad.experiments.runner.results_writer import record, record_failure
from happysad.experiments.runner.run_context import RunContext
from happysad.pipeline.model_files.model_file import load_model


@pytest.fixture
def done(run, data, evaluated):
    """``done(0.8, "dummy")``: a result of that model is recorded."""

    def do(*arguments, **axes):
        task, result = evaluated(*arguments, **axes)
        record(run, task, data.frame, "digest", result)
        return task, result

    return do


def test_the_best_is_the_one_best_on_the_validation_part(run, done):
    for right, name in ((0.6, "dummy"), (0.9, "hog-svm"), (0.7, "lbp-svm")):
        done(right, name)
    assert best_model(run.results) == "hog-svm"


@pytest.mark.parametrize("order", [("dummy", "lbp-svm"), ("lbp-svm", "dummy")])
def test_of_equals_the_same_one_is_best_whichever_ended_first(run, done, order):
    for name in order:
        done(0.8, name)
    assert best_model(run.results) == "lbp-svm"


def test_the_best_is_saved_once_and_fitted_again_where_it_is_not_at_hand(run, data, done, tmp_path):
    lines: list[str] = []
    context = RunContext(run, data.frame, tmp_path / "cache", 1, lines.append)
    path = run.path / MODEL_FILE
    task, result = done(0.8, "dummy")
    save_best(context, [task], data, result)
    assert is_saved(path, task)
    before = path.stat().st_mtime_ns
    save_best(context, [task], data, None)
    assert path.stat().st_mtime_ns == before
    path.unlink()
    assert not lines
    save_best(context, [task], data, None)
    assert is_saved(path, task)
    assert lines == ["fitting the best model, dummy, on 24 images"]


def test_the_surer_of_two_that_rank_alike_is_best(run, done):
    done(1.0, "lbp-svm", 0.6)
    done(1.0, "dummy", 0.9)
    assert best_model(run.results) == "dummy"


def test_without_a_good_result_none_is_best_and_some_may_be_left_out(run, done, task_of):
    record_failure(run, task_of("dummy"), "digest", "ValueError: no")
    assert best_model(run.results) == ""
    done(0.8, "dummy")
    done(0.9, "hog-svm")
    assert best_model(run.results, {"hog-svm"}) == "dummy"


def test_over_several_seeds_the_mean_counts(run, done):
    for seed, right in ((0, 1.0), (1, 0.5)):
        done(right, "lbp-svm", seed=seed)
    for seed in (0, 1):
        done(0.8, "dummy", seed=seed)
    assert best_model(run.results) == "dummy"
    mean = run.results[run.results["split"].eq("val") & run.results["model"].eq("lbp-svm")]
    assert mean_scores(run.results, "lbp-svm")["accuracy"] == mean["accuracy"].mean()


def test_a_model_file_that_is_not_whole_is_not_saved(run, data, done, task_of):
    task, result = done(0.8, "dummy")
    assert not is_saved(run.path / MODEL_FILE, task)
    save_with_card(run.path / MODEL_FILE, data, task, result)
    assert is_saved(run.path / MODEL_FILE, task)
    assert not is_saved(run.path / MODEL_FILE, task_of("lbp-svm"))
    assert not is_saved(run.path / MODEL_FILE, task_of("dummy", seed=1))
    file = run.path / MODEL_FILE
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert not is_saved(run.path / MODEL_FILE, task)
    file.write_bytes(whole)
    assert is_saved(run.path / MODEL_FILE, task)
    (run.path / f"{MODEL_FILE}.json").unlink()
    assert not is_saved(run.path / MODEL_FILE, task)


def test_the_card_tells_what_the_model_is(data, evaluated, tmp_path):
    task, result = evaluated(0.8, "dummy")
    save_with_card(tmp_path / "m.joblib", data, task, result, remark="more")
    card = json.loads((tmp_path / "m.joblib.json").read_text("utf-8"))
    assert card["sha256"] == hashlib.sha256((tmp_path / "m.joblib").read_bytes()).hexdigest()
    assert (card["model"], card["dataset"], card["data"]) == ("dummy", data.name, data.hash)
    test = result.metrics[EvaluationSet(data.name, "test")]
    assert card["metrics"]["test"]["accuracy"] == test["accuracy"]
    assert (card["n_train"], card["remark"]) == (24, "more")
    assert card["summary"]
    assert card["licences"]
    assert len(card["probe"]) == 4
    assert list(load_model(tmp_path / "m.joblib").classes_) == ["happy", "sad"]
