"""candidates.csv and what is read out of it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from happysad.experiments.reporting.per_experiment.tune_table import (
    _draw,
    add_candidates,
    best_settings,
    read_candidates,
    recipe_path,
)


def table(**settings: list[object]) -> pd.DataFrame:
    n = len(next(iter(settings.values())))
    rest = {"n_faces": 10, "mean": 0.9, "sd": 0.01, "rank": range(1, n + 1), "fit_s": 1.0}
    return pd.DataFrame({**settings, **rest})


def test_each_search_is_there_once_whatever_its_settings(tmp_path):
    add_candidates(tmp_path, "a", 0, table(C=[1.0, 2.0]))
    add_candidates(tmp_path, "b", 0, table(depth=[3]))
    add_candidates(tmp_path, "a", 0, table(C=[5.0]))
    found = read_candidates(tmp_path)
    assert len(found) == 2
    assert list(found.columns[:4]) == ["model", "fold", "C", "depth"]


def test_the_best_comes_back_as_it_was_asked_for(tmp_path):
    space = {"C": [1, 2], "on": [True, False], "kind": ["rbf", "linear"]}
    add_candidates(tmp_path, "a", 1, table(C=[2, 1], on=[False, True], kind=["rbf", "rbf"]))
    add_candidates(tmp_path, "b", 1, table(C=[1.5]))  # C is now a column of fractions
    best = best_settings(tmp_path, "a", 1, space)
    assert best == {"C": 2, "on": False, "kind": "rbf"}
    assert [type(value) for value in best.values()] == [int, bool, str]
    assert best_settings(tmp_path, "a", 2, space) == {}
    assert best_settings(tmp_path / "none", "a", 1, space) == {}


def test_a_recipe_file_has_no_plus_in_its_name():
    runs = Path("runs")
    assert recipe_path(runs, "hog-svm+oversample") == runs / "tuned-hog-svm-oversample.toml"
    assert recipe_path(runs, "x/mine.toml") == runs / "tuned-mine.toml"


def test_two_settings_are_drawn_and_three_are_not(tmp_path, image_is_drawn):
    two = table(C=[1.0, 1.0, 5.0, 5.0], gamma=[1.0, 2.0, 1.0, 2.0])
    _draw(two, tmp_path / "two.png", "hog-svm")
    assert image_is_drawn(tmp_path / "two.png")
    _draw(two.assign(more=1), tmp_path / "three.png", "hog-svm")
    assert not (tmp_path / "three.png").exists()
