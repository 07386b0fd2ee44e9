"""From a result to rows and predictions."""

from __future__ import annotations

import numpy as np

from happysad.experiments.runner.fit_tasks import EvaluationSet
from happysad.experiments.runner.results_writer import record, record_failure


def test_a_result_becomes_two_rows_and_a_row_an_image(run, data, evaluated):
    task, result = evaluated(0.8, "dummy", seed=3)
    record(run, task, data.frame, "digest", result)
    rows = run.results.set_index("split")
    assert list(rows.index) == ["val", "test"]
    for part, metrics in result.metrics.items():
        row = rows.loc[part.split]
        assert (row["model"], row["seed"], row["status"], row["settings"]) == (
            "dummy", 3, "ok", "digest",
        )  # fmt: skip
        n = {"val": 6, "test": 10}[part.split]
        assert (row["n_train"], row["n_test"], row["n_full_frame"]) == (24, n, 1)
        assert row["accuracy"] == metrics["accuracy"]
        assert row["model_bytes"] == len(result.model)
    assert len(run.predictions) == 16
    test = data.frame[data.frame["split"] == "test"]
    mine = run.predictions[run.predictions["split"] == "test"]
    assert list(mine["image"]) == list(test["path"])
    assert list(mine["label"]) == list(test["label"])
    assert list(mine["group"]) == list(test["group"])
    assert set(mine["leaked"]) == {""}
    right = (mine["predicted"] == mine["label"]).mean()
    assert right == result.metrics[EvaluationSet(data.name, "test")]["accuracy"]


def test_images_with_a_near_duplicate_in_training_are_marked(run, data, evaluated):
    task, result = evaluated(0.8, "dummy")
    duplicates = ["x.png" if i % 2 else "" for i in range(len(data.frame))]
    record(run, task, data.frame.assign(near_duplicate_of=duplicates), "digest", result)
    marked = run.predictions.set_index("image")["leaked"]
    paths = data.frame["path"]
    assert all(
        marked[paths[i]] == "yes"
        for i in task.evaluation_sets[EvaluationSet(data.name, "test")]
        if i % 2
    )
    assert set(marked) == {"yes", ""}


def test_unlabelled_images_are_predicted_and_not_scored(run, data, evaluated):
    task, result = evaluated(0.8, "dummy")
    neutral = EvaluationSet(data.name, "neutral")
    task.evaluation_sets[neutral] = np.arange(4)
    result.p_happy[neutral] = np.full(4, 0.7)
    result.face_status[neutral] = np.array(["detected"] * 4)
    record(run, task, data.frame, "digest", result)
    assert list(run.results["split"]) == ["val", "test"]
    assert (run.predictions["split"] == "neutral").sum() == 4
    assert run.finished(task, "digest")


def test_a_training_curve_is_recorded(run, data, evaluated):
    task, result = evaluated(0.8, "dummy")
    result.history.append({"epoch": 1, "train_loss": 0.7, "val_loss": 0.6, "val_accuracy": 0.5})
    record(run, task, data.frame, "digest", result)
    (row,) = run.training.to_dict("records")
    assert (row["model"], row["epoch"], row["val_loss"]) == ("dummy", 1, 0.6)


def test_a_failure_is_a_row(run, task_of):
    record_failure(run, task_of("dummy"), "digest", "ValueError: no")
    (row,) = run.results.to_dict("records")
    assert (row["status"], row["reason"], row["n_train"]) == ("error", "ValueError: no", 24)
    assert row["split"] == "test"


def test_a_failure_takes_the_part_of_an_older_result(run, data, evaluated):
    task, result = evaluated(0.8, "dummy")
    record(run, task, data.frame, "digest", result)
    record_failure(run, task, "digest", "ValueError: no")
    assert list(run.results["status"]) == ["error"]
    assert len(run.predictions) == 0
