"""Units run side by side: what is finished is skipped, what fails is a row."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from happysad.experiments.runner.engine import Work, fit_task, run_tasks
from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask
from happysad.experiments.runner.run_folder import RunFolder
from happysad.features.faces.aligner import FaceAligner
from happysad.pipeline.models.registry import make_model


def no_model(random_state: int):
    raise ImportError("no module named catboost")


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def work(data, tmp_path, told) -> Work:
    run = RunFolder(tmp_path / "run", {"question": "which?"})
    run.describe({"state": "running"})
    return Work(run, data.frame, tmp_path / "store", 1, told.append)


@pytest.fixture
def unit_of(data):
    rows = {part: np.flatnonzero(data.frame["split"] == part) for part in ("train", "test")}

    def make(name: str, build=None, **axes) -> FitTask:
        places = {EvaluationSet(data.name, "test"): rows["test"]}
        return FitTask(name, build or partial(make_model, name), rows["train"], places, **axes)

    return make


def test_every_unit_becomes_rows(work, unit_of):
    units = [unit_of("dummy"), unit_of("pixels-logreg", seed=1), unit_of("dummy", fold=2)]
    run_tasks(work, units)
    rows = work.run.results
    assert list(zip(rows["model"], rows["fold"], rows["seed"], strict=True)) == [
        ("dummy", 0, 0), ("dummy", 2, 0), ("pixels-logreg", 0, 1),
    ]  # fmt: skip
    assert set(rows["status"]) == {"ok"}
    assert set(rows["n_train"]) == {24}


def test_a_second_run_fits_nothing(work, unit_of, told, monkeypatch):
    units = [unit_of("dummy"), unit_of("pixels-logreg")]
    run_tasks(work, units)
    monkeypatch.setattr("happysad.experiments.runner.engine._trial", None)
    run_tasks(work, units)
    assert told == ["2 of 2 models were finished before"]


def test_conditions_are_fits_of_their_own(work, unit_of, told):
    units = [unit_of("dummy", condition=f"n={n}") for n in (5, 9)]
    run_tasks(work, units)
    assert list(work.run.results["condition"]) == ["n=5", "n=9"]
    run_tasks(work, units)
    assert told == ["2 of 2 fits were finished before"]


def test_a_model_that_cannot_be_built_is_a_row(work, unit_of, told):
    run_tasks(work, [unit_of("unbuilt", no_model), unit_of("dummy")])
    rows = work.run.results.set_index("model")
    assert rows.loc["unbuilt", "reason"] == "ImportError: no module named catboost"
    assert rows.loc["dummy", "status"] == "ok"
    assert told == ["unbuilt failed: ImportError: no module named catboost"]


def test_the_trial_is_seen_before_its_rows_are_written(work, unit_of):
    seen = []
    run_tasks(work, [unit_of("dummy")], lambda unit, trial: seen.append(len(work.run.results)))
    assert seen == [0]
    assert len(work.run.results) == 1


def test_an_experiment_may_align_its_own_images(work, unit_of):
    """Here every image is turned upside down, so that the faces differ."""
    from dataclasses import replace

    from happysad.utils.image_decoding import read_image

    def upside_down(aligner: FaceAligner, frame):
        return aligner.transform([read_image(path)[::-1] for path in frame["path"]])

    unit = unit_of("pixels-logreg")
    plain = fit_task(work, unit)
    turned = fit_task(replace(work, align=upside_down), unit)
    (place,) = unit.places
    assert not np.allclose(plain.p_happy[place], turned.p_happy[place])


def test_one_unit_measured_in_many_places(work, unit_of, data):
    unit = unit_of("dummy")
    unit.places[EvaluationSet(data.name, "test", "half")] = unit.places[
        EvaluationSet(data.name, "test")
    ][:5]
    run_tasks(work, [unit])
    rows = work.run.results.set_index("condition")
    assert (rows.loc["", "n_test"], rows.loc["half", "n_test"]) == (10, 5)
