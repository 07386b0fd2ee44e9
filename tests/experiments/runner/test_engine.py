"""Units run side by side: what is finished is skipped, what fails is a row."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from happysad.experiments.runner.engine import fit_task, run_tasks
from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask
from happysad.experiments.runner.run_context import RunContext
from happysad.experiments.runner.run_folder import RunFolder
from happysad.features.faces.aligner import FaceAligner
from happysad.pipeline.models.registry import make_model


def no_model(random_state: int):
    raise ImportError("no module named catboost")


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def context(data, tmp_path, lines) -> RunContext:
    run = RunFolder(tmp_path / "run", {"question": "which?"})
    run.describe({"state": "running"})
    return RunContext(run, data.frame, tmp_path / "store", 1, lines.append)


@pytest.fixture
def task_of(data):
    rows = {part: np.flatnonzero(data.frame["split"] == part) for part in ("train", "test")}

    def make(name: str, build=None, **axes) -> FitTask:
        evaluation_sets = {EvaluationSet(data.name, "test"): rows["test"]}
        return FitTask(
            name, build or partial(make_model, name), rows["train"], evaluation_sets, **axes
        )

    return make


def test_every_task_becomes_rows(context, task_of):
    tasks = [task_of("dummy"), task_of("pixels-logreg", seed=1), task_of("dummy", fold=2)]
    run_tasks(context, tasks)
    rows = context.run.results
    assert list(zip(rows["model"], rows["fold"], rows["seed"], strict=True)) == [
        ("dummy", 0, 0), ("dummy", 2, 0), ("pixels-logreg", 0, 1),
    ]  # fmt: skip
    assert set(rows["status"]) == {"ok"}
    assert set(rows["n_train"]) == {24}


def test_a_second_run_fits_nothing(context, task_of, lines, monkeypatch):
    tasks = [task_of("dummy"), task_of("pixels-logreg")]
    run_tasks(context, tasks)
    monkeypatch.setattr("happysad.experiments.runner.engine._fit", None)
    run_tasks(context, tasks)
    assert lines == ["2 of 2 models were finished before"]


def test_conditions_are_fits_of_their_own(context, task_of, lines):
    tasks = [task_of("dummy", condition=f"n={n}") for n in (5, 9)]
    run_tasks(context, tasks)
    assert list(context.run.results["condition"]) == ["n=5", "n=9"]
    run_tasks(context, tasks)
    assert lines == ["2 of 2 fits were finished before"]


def test_a_model_that_cannot_be_built_is_a_row(context, task_of, lines):
    run_tasks(context, [task_of("unbuilt", no_model), task_of("dummy")])
    rows = context.run.results.set_index("model")
    assert rows.loc["unbuilt", "reason"] == "ImportError: no module named catboost"
    assert rows.loc["dummy", "status"] == "ok"
    assert lines == ["unbuilt failed: ImportError: no module named catboost"]


def test_the_result_is_seen_before_its_rows_are_written(context, task_of):
    seen = []
    run_tasks(
        context, [task_of("dummy")], lambda task, result: seen.append(len(context.run.results))
    )
    assert seen == [0]
    assert len(context.run.results) == 1


def test_an_experiment_may_align_its_own_images(context, task_of):
    """Here every image is turned upside down, so that the faces differ."""
    from dataclasses import replace

    from happysad.utils.image_decoding import read_image

    def upside_down(aligner: FaceAligner, frame):
        return aligner.transform([read_image(path)[::-1] for path in frame["path"]])

    task = task_of("pixels-logreg")
    plain = fit_task(context, task)
    turned = fit_task(replace(context, align=upside_down), task)
    (part,) = task.evaluation_sets
    assert not np.allclose(plain.p_happy[part], turned.p_happy[part])


def test_one_task_measured_in_many_evaluation_sets(context, task_of, data):
    task = task_of("dummy")
    task.evaluation_sets[EvaluationSet(data.name, "test", "half")] = task.evaluation_sets[
        EvaluationSet(data.name, "test")
    ][:5]
    run_tasks(context, [task])
    rows = context.run.results.set_index("condition")
    assert (rows.loc["", "n_test"], rows.loc["half", "n_test"]) == (10, 5)
