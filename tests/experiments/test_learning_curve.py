"""The learning curve: what it writes, that it goes on, what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from happysad.experiments.learning_curve import (
    LearningCurveConfig,
    learning_curve,
    main,
    used_sizes,
)
from happysad.experiments.runner.config import read_config
from happysad.experiments.runner.run_folder import read_rows
from happysad.utils.errors import UserError

FOLDER = Path(__file__).resolve().parents[2] / "experiments" / "configs"
CONFIGS = sorted(FOLDER.rglob("learning_curve.toml"))


@pytest.fixture(scope="module")
def config(demo_data, tmp_path_factory) -> LearningCurveConfig:
    out = tmp_path_factory.mktemp("curve") / "run"
    return LearningCurveConfig(
        data=str(demo_data), models=["dummy", "pixels-logreg"], out=str(out), jobs=1,
        sizes=[12, 1000], seeds=2,
    )  # fmt: skip


@pytest.fixture(scope="module")
def written(config) -> Path:
    return learning_curve(config)


@pytest.mark.slow
def test_a_row_for_each_model_size_seed_and_part(written):
    rows = read_rows(written / "results.csv")
    assert set(rows["status"]) == {"ok"}
    axes = rows.groupby(["model", "condition", "seed", "split"]).size()
    assert len(axes) == 2 * (2 + 1) * 2  # all images are fitted with the first seed only
    assert set(axes) == {1}
    assert set(rows.loc[rows["condition"] == "n=24", "seed"]) == {0}
    sizes = rows.groupby("condition")["n_train"].unique()
    assert {name: list(n) for name, n in sizes.items()} == {"n=12": [12], "n=24": [24]}


@pytest.mark.slow
def test_seeds_draw_other_images(written):
    answers = read_rows(written / "predictions.csv")
    mine = answers[(answers["model"] == "pixels-logreg") & (answers["condition"] == "n=12")]
    one, two = (list(mine.loc[mine["seed"] == seed, "p_happy"]) for seed in (0, 1))
    assert one != two


@pytest.mark.slow
def test_the_folder_holds_a_table_a_figure_and_a_report(written, image_is_drawn):
    told = json.loads((written / "run.json").read_text("utf-8"))
    assert told["state"] == "finished"
    assert told["identity"]["question"] == "learning_curve"
    table = pd.read_csv(written / "learning_curve.csv")
    assert set(zip(table["n_train"], table["n_seeds"], strict=True)) == {(12, 2), (24, 1)}
    assert [file.name for file in (written / "figures").iterdir()] == ["learning_curve.png"]
    assert image_is_drawn(written / "figures" / "learning_curve.png")
    report = (written / "report.html").read_text("utf-8")
    assert "training images" in report
    assert "had not ended" not in report


@pytest.mark.slow
def test_sizes_may_be_added_later_and_nothing_is_repeated(config, written):
    told: list[str] = []
    learning_curve(replace(config, sizes=[12, 18]), log=told.append)
    assert "6 of 10 fits were finished before" in told
    assert set(read_rows(written / "results.csv")["condition"]) == {"n=12", "n=18", "n=24"}


def test_sizes_that_the_part_does_not_have_are_left_out():
    assert used_sizes([500, 50, 100, 50], 120) == [50, 100, 120]
    assert used_sizes([120, 200], 120) == [120]


@pytest.mark.slow
@pytest.mark.parametrize("file", CONFIGS, ids=lambda file: file.stem)
def test_every_config_runs_on_a_few_built_in_faces(file, demo_data, tmp_path):
    config = read_config(file, LearningCurveConfig)
    assert config.why
    config = replace(config, data=str(demo_data), models=["dummy"], out=str(tmp_path / "run"))
    config = replace(config, jobs=1)
    assert set(read_rows(learning_curve(config) / "results.csv")["status"]) == {"ok"}


def test_there_are_two_configs():
    assert [file.stem for file in CONFIGS] == ["learning_curve", "learning_curve"]


@pytest.mark.slow
def test_the_command_prints_the_table(demo_data, tmp_path):
    flags = ["--data", demo_data, "--models", "dummy", "--sizes", "12", "--seeds", "1"]
    flags += ["--out", tmp_path / "run", "--jobs", "1", "--quiet"]
    result = CliRunner().invoke(main, [str(flag) for flag in flags])
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[:3] == [["images", "dummy"], ["12", "0.500"], ["24", "0.500"]]


def test_sizes_that_are_no_numbers_are_one_sentence():
    result = CliRunner().invoke(main, ["--sizes", "50,many"])
    assert result.exit_code == 2
    assert "happysad: --sizes 50,many is not whole numbers" in result.output


@pytest.mark.parametrize(
    ("more", "words"),
    [({"sizes": [5]}, "each is 10 or more"), ({"seeds": 0}, "seeds is 1 or more")],
)
def test_wrong_settings_are_one_sentence(more, words):
    with pytest.raises(UserError, match=words):
        LearningCurveConfig(**more)
