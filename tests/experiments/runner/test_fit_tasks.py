"""The unit of an experiment: its names, its random state, its settings."""

from __future__ import annotations

from functools import partial

import numpy as np

from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask, reason, task_seed
from happysad.pipeline.models.registry import RECIPES, make_model
from happysad.utils.errors import UserError


def unit(name: str = "dummy", **axes) -> FitTask:
    return FitTask(name, partial(make_model, name), np.arange(4), **axes)


def test_each_axis_has_a_seed_of_its_own():
    axes = [(s, m, f, c) for s in (0, 1) for m in RECIPES for f in (0, 1) for c in ("", "n=5")]
    seeds = {task_seed(*one) for one in axes}
    assert len(seeds) == len(axes)
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert task_seed(0, "dummy") == unit().random_state
    assert task_seed(3, "dummy", 2, "n=5") == unit(seed=3, fold=2, condition="n=5").random_state


def test_the_seed_of_a_unit_is_for_good():
    assert task_seed(0, "dummy") == 1107884909


def test_settings_tell_models_and_random_states_apart():
    digests = {unit(name).settings() for name in RECIPES if not name.startswith("cnn")}
    assert len(digests) == len([name for name in RECIPES if not name.startswith("cnn")])
    assert unit("hog-svm").settings() == unit("hog-svm").settings()
    assert unit("hog-svm").settings() != unit("hog-svm", seed=1).settings()


def test_a_place_speaks_for_itself_or_takes_the_units_condition():
    assert unit(condition="n=5").condition_of(EvaluationSet("a", "test")) == "n=5"
    assert unit(condition="n=5").condition_of(EvaluationSet("a", "test", "blur 1")) == "blur 1"


def test_a_reason_is_one_line():
    assert reason(ValueError("no\nsuch  thing")) == "ValueError: no such thing"
    assert reason(UserError("give a folder")) == "give a folder"
