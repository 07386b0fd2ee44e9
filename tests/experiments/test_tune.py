"""The search of settings: what is written, what is left alone, what it is good for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from happysad.experiments.runner.config import read_config
from happysad.experiments.runner.run_folder import read_rows
from happysad.experiments.tune import TuneConfig, main, outer_folds, tune
from happysad.pipeline.models.recipe import read_recipe_file
from happysad.utils.errors import UserError

SPACE = {"classifier__C": [0.001, 0.01, 0.1]}


@pytest.fixture(scope="module")
def config(demo_data, tmp_path_factory) -> TuneConfig:
    """The settings of a run that has been run."""
    config = TuneConfig(
        data=str(demo_data),
        spaces={"pixels-logreg": SPACE},
        folds=2,
        outer=2,
        out=str(tmp_path_factory.mktemp("tune") / "run"),
        jobs=1,
    )
    tune(config)
    return config


@pytest.mark.slow
def test_only_the_training_part_is_touched(config, data):
    answers = read_rows(Path(config.out) / "predictions.csv")
    train = set(data.frame.loc[data.frame["split"] == "train", "path"])
    assert set(answers["image"]) == train
    for condition in ("", "tuned"):
        images = answers.loc[answers["condition"] == condition, "image"]
        assert sorted(images) == sorted(train)  # each held out once
    assert pd.read_csv(Path(config.out) / "candidates.csv")["n_faces"].max() == len(train)


@pytest.mark.slow
def test_each_search_has_its_candidates(config):
    table = pd.read_csv(Path(config.out) / "candidates.csv")
    assert sorted(zip(table["fold"], table["classifier__C"], strict=True)) == [
        (fold, value) for fold in (0, 1, 2) for value in (0.001, 0.01, 0.1)
    ]


@pytest.mark.slow
def test_the_folder_tells_the_whole_story(config, image_is_drawn):
    out = Path(config.out)
    told = json.loads((out / "run.json").read_text("utf-8"))
    assert (told["identity"]["question"], told["state"]) == ("tune", "finished")
    nested = pd.read_csv(out / "nested.csv")
    assert list(nested["settings"]) == ["as in the recipe", "tuned"]
    assert set(nested["n_folds"]) == {2}
    assert "What is tuning worth?" in (out / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_the_recipe_file_holds_the_best_and_compare_reads_it(config, demo_data):
    from happysad import compare

    out = Path(config.out)
    recipe = out / "tuned-pixels-logreg.toml"
    base, _, settings = read_recipe_file(recipe)
    table = pd.read_csv(out / "candidates.csv")
    best = table[(table["fold"] == 0) & (table["rank"] == 1)]
    assert base == "pixels-logreg"
    assert settings == {"classifier__C": float(best["classifier__C"].iloc[0])}
    models = ["pixels-logreg", str(recipe)]
    rows = compare(demo_data, models, jobs=1).results
    assert set(rows["status"]) == {"ok"}
    assert set(rows["model"]) == {"pixels-logreg", "tuned-pixels-logreg"}


@pytest.mark.slow
def test_what_is_finished_is_neither_searched_nor_fitted_again(config, monkeypatch):
    monkeypatch.setattr("happysad.experiments.tuning.search.search", None)
    monkeypatch.setattr("happysad.pipeline.evaluation.fit_and_evaluate.fit_and_evaluate", None)
    lines: list[str] = []
    tune(config, log=lines.append)
    assert "4 of 4 fits were finished before" in lines


@pytest.mark.slow
def test_a_search_that_was_cut_is_done_again_and_alike(config):
    path = Path(config.out) / "candidates.csv"
    whole = pd.read_csv(path)
    whole[whole["fold"] != 1].to_csv(path, index=False)
    lines: list[str] = []
    tune(config, log=lines.append)
    assert [line for line in lines if line.startswith("searching")] == [
        "searching pixels-logreg, outer fold 1"
    ]
    again = pd.read_csv(path).sort_values(["fold", "rank"], ignore_index=True)
    columns = ["fold", "classifier__C", "mean", "rank"]
    assert again[columns].equals(whole.sort_values(["fold", "rank"], ignore_index=True)[columns])


@pytest.mark.slow
def test_another_search_in_the_same_folder_is_refused(config):
    other = {"pixels-logreg": {"classifier__C": [1.0]}}
    with pytest.raises(UserError, match="other spaces"):
        tune(replace(config, spaces=other))


def test_theouter_folds_keep_groups_together(data):
    folds = outer_folds(TuneConfig(outer=3), data)
    assert set(folds) == {0, 1, 2, 3}
    assert len(folds[0][1]) == 0
    held = np.concatenate([folds[k][1] for k in (1, 2, 3)])
    assert sorted(held.tolist()) == folds[0][0].tolist()
    for rows, out in (folds[k] for k in (1, 2, 3)):
        assert not set(data.frame["group"].iloc[rows]) & set(data.frame["group"].iloc[out])


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"search": "guess"}, "search"),
        ({"score": "accuracy"}, "score"),
        ({"folds": 1}, "folds"),
        ({"outer": 1}, "outer"),
        ({"spaces": ["C"]}, "a table"),
    ],
)
def test_bad_settings_are_one_sentence(settings, told):
    with pytest.raises(UserError, match=told):
        TuneConfig(**settings)


def test_a_space_for_a_model_that_is_not_asked_for_is_refused(demo_data, tmp_path):
    config = TuneConfig(
        data=str(demo_data), models=["hog-svm"], spaces={"lbp-svm": {}}, out=str(tmp_path / "run")
    )
    with pytest.raises(UserError, match=r"spaces\.lbp-svm"):
        tune(config)


@pytest.mark.slow
def test_the_command_says_what_tuning_is_worth_and_how_to_use_it(config, tmp_path, demo_data):
    file = tmp_path / "tune.toml"
    file.write_text(
        f'data = "{demo_data}"\nfolds = 2\nouter = 2\njobs = 1\nout = "{config.out}"\n'
        '[spaces.pixels-logreg]\n"classifier__C" = [0.001, 0.01, 0.1]\n'
    )
    result = CliRunner().invoke(main, ["--config", str(file)])
    assert result.exit_code == 0, result.output
    assert "as in the recipe" in result.stdout
    assert "happysad compare --models pixels-logreg," in result.stdout


@pytest.mark.parametrize("name", ["tune.toml", "fer2013/tune.toml"])
def test_the_configs_that_are_shipped_can_be_read(name):
    from happysad.experiments import tune as module
    from happysad.experiments.tune import _spaces

    config = read_config(Path(module.__file__).parent / "configs" / name, TuneConfig)
    assert set(_spaces(config)) == set(config.models)
