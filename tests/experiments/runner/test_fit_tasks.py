"""The task of an experiment: its names, its random state, its settings."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask, split_rows, task_seed
from happysad.pipeline.models.registry import RECIPES, make_model


def task(name: str = "dummy", **axes) -> FitTask:
    return FitTask(name, partial(make_model, name), np.arange(4), **axes)


def test_each_axis_has_a_seed_of_its_own():
    axes = [(s, m, f, c) for s in (0, 1) for m in RECIPES for f in (0, 1) for c in ("", "n=5")]
    seeds = {task_seed(*one) for one in axes}
    assert len(seeds) == len(axes)
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert task_seed(0, "dummy") == task().random_state
    assert task_seed(3, "dummy", 2, "n=5") == task(seed=3, fold=2, condition="n=5").random_state


def test_the_seed_of_a_task_is_for_good():
    assert task_seed(0, "dummy") == 1107884909


def test_settings_tell_models_and_random_states_apart():
    digests = {task(name).settings() for name in RECIPES if not name.startswith("cnn")}
    assert len(digests) == len([name for name in RECIPES if not name.startswith("cnn")])
    assert task("hog-svm").settings() == task("hog-svm").settings()
    assert task("hog-svm").settings() != task("hog-svm", seed=1).settings()


def test_other_weights_to_start_from_are_another_model(tmp_path, monkeypatch):
    pytest.importorskip("torch")
    before = task("stack").settings()
    assert task("stack").settings() == before
    (tmp_path / "w.npz").write_bytes(b"other weights")
    monkeypatch.setattr("happysad.pipeline.cnn.weights_file.PRETRAINED", tmp_path / "w.npz")
    assert task("stack").settings() != before
    (tmp_path / "w.npz").unlink()
    assert task("stack").settings() != before


def test_an_evaluation_set_has_its_own_condition_or_that_of_the_task():
    assert task(condition="n=5").condition_of(EvaluationSet("a", "test")) == "n=5"
    assert task(condition="n=5").condition_of(EvaluationSet("a", "test", "blur 1")) == "blur 1"


def test_where_a_function_lies_in_memory_is_no_setting():
    def settings(address: str) -> str:
        model = make_model("dummy").set_params(classifier__strategy=f"<function f at {address}>")
        return FitTask("mine", lambda _: model, np.arange(4)).settings()

    assert settings("0x7f00") == settings("0x7fff")


def test_rows_of_the_parts(data):
    train, evaluated = split_rows(data)
    split = data.frame["split"]
    assert set(split.iloc[train]) == {"train"}
    assert {part.split: len(rows) for part, rows in evaluated.items()} == {"val": 6, "test": 10}
    assert all(set(split.iloc[rows]) == {part.split} for part, rows in evaluated.items())
