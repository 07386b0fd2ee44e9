"""The models that come along: what a run writes, goes on with, and refuses."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from happysad.experiments.config import read_config
from happysad.experiments.run_folder import read_rows
from happysad.experiments.ship import main, ship
from happysad.experiments.ship_config import ShipConfig
from happysad.features.errors import UserError
from happysad.pipeline.model_file import load_model

HOW = {
    "fitted alone on forty", "shipped", "cross-validated", "cross-validated, unweighted",
    "without forty", "without news",
}  # fmt: skip


def test_each_model_is_fitted_in_every_way(shipped_run):
    rows = read_rows(shipped_run / "results.csv")
    assert set(rows["status"]) == {"ok"}
    for model in ("fusion-svm", "texture-svm"):
        assert set(rows.loc[rows["model"] == model, "condition"]) == HOW
    assert set(rows.loc[rows["condition"] == "cross-validated", "fold"]) == {1, 2}


def test_the_hidden_test_part_is_never_fitted_on(shipped_run):
    answers = read_rows(shipped_run / "predictions.csv")
    folds = answers[answers["condition"] == "cross-validated"]
    fitted = folds[folds["model"] == "fusion-svm"]["image"]
    assert len(fitted) == len(set(fitted)) == 30 + 72  # each held out once
    assert not any("/test/" in path for path in fitted)
    shipped = answers[answers["condition"] == "shipped"]
    assert all("/test/" in path for path in shipped["image"])


def test_the_models_lie_in_the_folder_with_cards(shipped_run, photo):
    for name, recipe in (("fusion-svm", "landmarks-svm"), ("texture-svm", "hog-svm")):
        path = shipped_run / "models" / f"{name}.joblib"
        card = json.loads(path.with_name(f"{name}.joblib.json").read_text("utf-8"))
        assert (card["model"], card["recipe"], card["n_train"]) == (name, recipe, 102)
        assert "They show nobody." in card["licences"]
        assert list(card["metrics"]) == ["forty test"]
        assert load_model(path).predict([photo])[0] in ("happy", "sad")


def test_the_folder_tells_the_whole_story(shipped_run):
    told = json.loads((shipped_run / "run.json").read_text("utf-8"))
    assert told["state"] == "finished"
    assert told["identity"]["question"] == "ship"
    page = (shipped_run / "report.html").read_text("utf-8")
    assert "Does the format show?" in page


def test_what_is_finished_is_not_fitted_again(ship_config, shipped_run, monkeypatch):
    before = (shipped_run / "results.csv").read_bytes()
    monkeypatch.setattr("happysad.pipeline.trial.run_trial", None)
    lines: list[str] = []
    ship(ship_config, log=lines.append)
    assert "14 of 14 fits were finished before" not in lines  # the check was not asked for
    assert "12 of 12 fits were finished before" in lines
    assert (shipped_run / "results.csv").read_bytes() == before


def test_the_same_bytes_whatever_the_processes_and_the_cache(ship_config, shipped_run, tmp_path):
    again = replace(ship_config, out=str(tmp_path / "run"), jobs=2)
    ship(again, use_cache=False)
    for name in ("fusion-svm", "texture-svm"):
        one, two = (Path(run) / "models" / f"{name}.joblib" for run in (shipped_run, again.out))
        assert one.read_bytes() == two.read_bytes()


def test_a_model_file_that_is_gone_is_made_again(ship_config, shipped_run):
    path = shipped_run / "models" / "fusion-svm.joblib"
    before = path.read_bytes()
    path.unlink()
    ship(ship_config)
    assert path.read_bytes() == before


def test_other_folds_in_the_same_folder_are_refused(ship_config, shipped_run):
    with pytest.raises(UserError, match="a run with other folds"):
        ship(replace(ship_config, folds=3))


def test_without_recipes_there_is_nothing_to_do(ship_config):
    with pytest.raises(UserError, match="name at least one model"):
        ship(replace(ship_config, recipes={}))


def test_the_command_takes_its_data_from_the_config(tmp_path):
    for flag in ("--data", "--models"):
        result = CliRunner().invoke(main, [flag, "x", "--out", str(tmp_path / "run")])
        assert result.exit_code == 2
        assert "from the config file" in result.stderr


def test_the_command_prints_what_it_found(ship_config, shipped_run, tmp_path):
    run = shutil.copytree(shipped_run, tmp_path / "run")
    config = tmp_path / "ship.toml"
    config.write_text(
        f"data_sets = {json.dumps(ship_config.data_sets)}\nformats_apart = ['news']\nfolds = 2\n"
        "[recipes]\nfusion = 'landmarks-svm'\ntexture-svm = 'hog-svm'\n"
        "[shares]\nforty = 0.5\nnews = 0.5\n"
    )
    words = ["--config", str(config), "--out", str(run), "--jobs", "1"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert "cross-validated" in result.stdout
    assert "news grey 120x120, news small colour" in result.stdout
    assert f"written to {run}" in result.stdout


def test_the_config_that_is_shipped_can_be_read():
    from happysad.experiments import ship as module
    from happysad.pipeline.models import find_recipe
    from happysad.pipeline.shipped import SHIPPED

    config = read_config(Path(module.__file__).with_suffix(".toml"), ShipConfig)
    assert list(config.recipes) == list(SHIPPED)
    assert find_recipe(config.recipes["texture-svm"]).predictor == "5"
    assert set(config.shares) == {Path(source).name for source in config.data_sets}
    assert config.limit == 0
