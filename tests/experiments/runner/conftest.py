"""A run's folder, and tasks with results of a chosen accuracy."""

from __future__ import annotations

import pytest

from happysad.experiments.runner.candidates import recipe
from happysad.experiments.runner.fit_tasks import FitTask, split_rows
from happysad.experiments.runner.run_folder import RunFolder

IDENTITY = {"dataset": "forty", "data": "abc", "seed": 0}


@pytest.fixture
def run(tmp_path) -> RunFolder:
    folder = RunFolder(tmp_path / "run", IDENTITY)
    folder.describe({"state": "running"})
    return folder


@pytest.fixture
def task_of(data):
    """``task_of("hog-svm", seed=3)``: the task of that model on the 40 faces."""
    train, evaluated = split_rows(data)

    def make(name: str, **axes) -> FitTask:
        return recipe(name).task(train, dict(evaluated), **axes)

    return make


@pytest.fixture
def evaluated(make_evaluation, task_of):
    """``evaluated(0.8, "dummy")``: a task, and a result of it that is right so often."""

    def make(right: float, name: str, sure: float = 0.9, **axes):
        task, result = task_of(name, **axes), make_evaluation(right, sure)
        for table in (result.metrics, result.p_happy, result.face_status):
            for part in task.evaluation_sets:
                table[part] = table.pop(part.split)
        return task, result

    return make
