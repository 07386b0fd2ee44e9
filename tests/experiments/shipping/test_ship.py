"""The shipped models: what a run writes, goes on with, and refuses."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from happysad.experiments.runner.run_folder import read_rows
from happysad.experiments.shipping.data import read_ship_data
from happysad.experiments.shipping.ship import FOLDS, SHIPPED, main, ship, ship_tasks
from happysad.pipeline.model_files.model_file import load_model
from happysad.utils.console import silent
from happysad.utils.errors import UserError

MODELS = ("landmarks-svm", "hog-svm")


@pytest.mark.slow
def test_each_model_is_fitted_once_on_all_and_once_a_fold(shipped_run):
    rows = read_rows(shipped_run / "results.csv")
    assert set(rows["status"]) == {"ok"}
    for model in MODELS:
        own = rows[rows["model"] == model]
        shipped = own[own["condition"] == "shipped"]
        assert set(shipped["dataset"]) == {"forty", "news grey 120x120", "news small colour"}
        assert set(shipped["split"]) == {"test"}
        assert set(shipped["n_train"]) == {30}
        folds = own[own["condition"] == "cross-validated"]
        assert list(zip(folds["dataset"], folds["fold"], strict=True)) == [
            ("forty", 1),
            ("forty", 2),
        ]


@pytest.mark.slow
def test_neither_the_test_part_nor_the_other_data_are_fitted_on(shipped_run):
    answers = read_rows(shipped_run / "predictions.csv")
    answers = answers[answers["model"] == "hog-svm"]
    fitted = answers[answers["condition"] == "cross-validated"]["image"]
    assert len(fitted) == len(set(fitted)) == 30  # each held out once
    assert all("/forty/train/" in path or "/forty/val/" in path for path in fitted)
    tested = answers[answers["condition"] == "shipped"]["image"]
    assert sum("/forty/test/" in path for path in tested) == 10
    assert sum("/news/" in path for path in tested) == 72  # all there are
    assert len(tested) == len(set(tested)) == 82


@pytest.mark.slow
def test_the_models_lie_in_the_folder_with_cards(shipped_run, photo):
    for name in MODELS:
        path = shipped_run / "models" / f"{name}.joblib"
        card = json.loads(path.with_name(f"{name}.joblib.json").read_text("utf-8"))
        assert (card["model"], card["recipe"], card["n_train"]) == (name, name, 30)
        assert card["dataset"] == "forty"
        assert "They show nobody." in card["licences"]
        assert "forty test" in card["metrics"]
        assert len(card["metrics"]) == 3
        assert load_model(path).predict([photo])[0] in ("happy", "sad")


@pytest.mark.slow
def test_the_folder_tells_the_whole_story(shipped_run):
    told = json.loads((shipped_run / "run.json").read_text("utf-8"))
    assert told["state"] == "finished"
    assert told["identity"]["question"] == "ship"
    assert "Tested" in (shipped_run / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_what_is_finished_is_not_fitted_again(ship_config, shipped_run, monkeypatch):
    before = (shipped_run / "results.csv").read_bytes()
    monkeypatch.setattr("happysad.pipeline.evaluation.fit_and_evaluate.fit_and_evaluate", None)
    lines: list[str] = []
    ship(ship_config, log=lines.append)
    assert "6 of 6 fits were finished before" in lines
    assert (shipped_run / "results.csv").read_bytes() == before


@pytest.mark.process
@pytest.mark.slow
def test_the_same_bytes_whatever_the_processes_and_the_cache(ship_config, shipped_run, tmp_path):
    again = replace(ship_config, out=str(tmp_path / "run"), jobs=2, models=["hog-svm"])
    ship(again, use_cache=False)
    one, two = (Path(run) / "models" / "hog-svm.joblib" for run in (shipped_run, again.out))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.slow
def test_a_model_file_that_is_gone_is_made_again(ship_config, shipped_run):
    path = shipped_run / "models" / "hog-svm.joblib"
    before = path.read_bytes()
    path.unlink()
    ship(ship_config)
    assert path.read_bytes() == before


@pytest.mark.slow
def test_mistakes_are_one_sentence(ship_config, shipped_run):
    with pytest.raises(UserError, match="a run with other folds"):
        ship(replace(ship_config, folds=3))
    with pytest.raises(UserError, match="hog-svn"):
        ship(replace(ship_config, models=["hog-svn"]))


@pytest.mark.slow
def test_the_command_prints_what_it_found(ship_config, shipped_run, tmp_path):
    run = shutil.copytree(shipped_run, tmp_path / "run")
    config = tmp_path / "ship.toml"
    config.write_text(
        f"others = {json.dumps(ship_config.others)}\nformats_apart = ['news']\nfolds = 2\n"
    )
    words = ["--config", str(config), "--data", ship_config.data, "--models", ",".join(MODELS)]
    result = CliRunner().invoke(main, [*words, "--out", str(run), "--jobs", "1"])
    assert result.exit_code == 0, result.output
    assert "cross-validated" in result.stdout
    assert "news grey 120x120 test" in result.stdout
    assert f"written to {run}" in result.stdout


@pytest.fixture(scope="module")
def data(ship_config):
    return read_ship_data(ship_config, silent)


@pytest.fixture(scope="module")
def tasks(ship_config, data):
    return [task for task in ship_tasks(ship_config, data) if task.model == "hog-svm"]


def test_nobody_is_fitted_on_and_tested_on(tasks, data):
    groups = data.frame["group"].to_numpy(str)
    for task in tasks:
        for rows in task.evaluation_sets.values():
            assert not set(groups[task.train]) & set(groups[rows]), task.condition


def test_the_shipped_model_is_fitted_on_all_and_tested_on_all_others(tasks, data):
    (task,) = [task for task in tasks if task.condition == SHIPPED]
    assert list(task.train) == list(data.fit)
    tested = np.concatenate(list(task.evaluation_sets.values()))
    assert sorted([*task.train, *tested]) == list(range(len(data.frame)))


def test_folds_hold_everyone_out_once(tasks, data):
    folds = [task for task in tasks if task.condition == FOLDS]
    assert [task.fold for task in folds] == [1, 2]
    held = np.concatenate([rows for task in folds for rows in task.evaluation_sets.values()])
    assert sorted(held) == sorted(data.fit)
    for task in folds:
        (rows,) = task.evaluation_sets.values()
        assert sorted([*task.train, *rows]) == list(data.fit)
        assert set(data.frame["label"].iloc[task.train]) == {"happy", "sad"}


def test_without_names_they_are_those_of_the_package(ship_config, data):
    tasks = ship_tasks(replace(ship_config, models=[]), data)
    assert {task.model for task in tasks} == {"stack", "texture-svm"}


def test_too_many_folds_are_one_sentence(ship_config, data):
    with pytest.raises(UserError, match=r"too few .* faces for 30 folds"):
        ship_tasks(replace(ship_config, folds=30), data)
