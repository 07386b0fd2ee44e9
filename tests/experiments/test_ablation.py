"""The ablation: what is fitted, measured, kept and refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from happysad.experiments.ablation import AblationConfig, ablation, block_subsets, main
from happysad.experiments.runner.config import read_config
from happysad.experiments.runner.run_folder import read_rows
from happysad.utils.errors import UserError

MODEL = "fusion-gb"  # the quickest with four blocks


@pytest.fixture(scope="module")
def config(demo_data, tmp_path_factory) -> AblationConfig:
    """The settings of a run that has been run."""
    out = str(tmp_path_factory.mktemp("ablation") / "run")
    config = AblationConfig(data=str(demo_data), models=[MODEL], out=out, jobs=1, repeats=1)
    ablation(config)
    return config


@pytest.mark.slow
def test_all_blocks_each_left_out_and_each_alone_on_both_parts(config):
    rows = read_rows(Path(config.out) / "results.csv")
    assert set(rows["status"]) == {"ok"}
    names = ("landmarks", "hog", "lbp", "bovw")
    conditions = {"", *(f"without {n}" for n in names), *(f"{n} alone" for n in names)}
    found = set(zip(rows["condition"], rows["split"], strict=True))
    assert found == {(c, split) for c in conditions for split in ("val", "test")}
    assert set(rows["model"]) == {MODEL}


@pytest.mark.slow
def test_the_folder_tells_the_whole_story(config, image_is_drawn):
    out = Path(config.out)
    told = json.loads((out / "run.json").read_text("utf-8"))
    assert (told["identity"]["question"], told["state"]) == ("ablation", "finished")
    assert len(pd.read_csv(out / "ablation.csv")) == 9
    importance = pd.read_csv(out / "importance.csv")
    assert set(importance["block"]) == {"landmarks", "hog", "lbp", "bovw"}
    assert {"mouth_width", "slopes", "eyes", "all"} <= set(importance["group"])
    assert image_is_drawn(out / "figures" / f"importance-{MODEL}.png")
    assert "without hog" in (out / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_what_is_finished_is_not_fitted_again(config, monkeypatch):
    monkeypatch.setattr("happysad.pipeline.evaluation.fit_and_evaluate.fit_and_evaluate", None)
    before = (Path(config.out) / "importance.csv").read_bytes()
    lines: list[str] = []
    ablation(config, log=lines.append)
    assert "9 of 9 fits were finished before" in lines
    assert (Path(config.out) / "importance.csv").read_bytes() == before


@pytest.mark.slow
def test_importances_that_are_missing_are_measured_later(config):
    path = Path(config.out) / "importance.csv"
    path.unlink()
    ablation(replace(config, repeats=0))
    assert not path.exists()
    ablation(replace(config, repeats=2))
    assert set(pd.read_csv(path)["repeats"]) == {2}
    ablation(config)
    assert set(pd.read_csv(path)["repeats"]) == {1}


def test_of_two_blocks_each_alone_says_it_all():
    assert block_subsets("hog-lbp-svm") == {
        "": ("hog", "lbp"), "hog alone": ("hog",), "lbp alone": ("lbp",),
    }  # fmt: skip


def test_a_model_of_one_block_and_bad_settings_are_refused(demo_data, tmp_path):
    with pytest.raises(UserError, match="hog-svm has fewer than two blocks"):
        ablation(AblationConfig(data=str(demo_data), models=["hog-svm"], out=str(tmp_path / "r")))
    with pytest.raises(UserError, match="repeats"):
        AblationConfig(repeats=-1)


@pytest.mark.slow
def test_the_command_prints_the_table(config, demo_data):
    arguments = ["--data", str(demo_data), "--models", MODEL, "--out", config.out, "--jobs", "1"]
    result = CliRunner().invoke(main, [*arguments, "--repeats", "1"])
    assert result.exit_code == 0, result.output
    for text in ("all blocks", "without landmarks", "lbp alone", "AUC lost"):
        assert text in result.stdout


@pytest.mark.parametrize("name", ["ablation.toml", "fer2013/ablation.toml"])
def test_the_configs_that_are_shipped_can_be_read(name):
    from happysad.experiments import ablation as module

    assert read_config(Path(module.__file__).parent / "configs" / name, AblationConfig).why
