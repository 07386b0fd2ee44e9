"""Fitted on one data set, tested on another: what is written, kept and refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from happysad.experiments.cross_dataset import CrossDatasetConfig, cross_dataset, main
from happysad.experiments.runner.config import read_config
from happysad.experiments.runner.run_folder import read_rows
from happysad.pipeline.demo.demo_faces import demo_folder
from happysad.utils.errors import UserError

MODELS = ["pixels-logreg", "landmarks-svm"]


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second data set of 40 built-in faces."""
    return demo_folder(tmp_path_factory.mktemp("other") / "other", n_samples=40, seed=7)


@pytest.fixture(scope="module")
def config(demo_data, other, tmp_path_factory) -> CrossDatasetConfig:
    """The settings of a run that has been run."""
    config = CrossDatasetConfig(
        data_sets=[str(demo_data), str(other)],
        models=MODELS,
        out=str(tmp_path_factory.mktemp("cross") / "run"),
        jobs=1,
    )
    cross_dataset(config)
    return config


@pytest.mark.slow
def test_each_model_is_fitted_on_each_set_and_tested_on_both(config):
    rows = read_rows(Path(config.out) / "results.csv")
    assert set(rows["status"]) == {"ok"}
    assert set(rows["split"]) == {"test"}
    found = sorted(zip(rows["condition"], rows["dataset"], rows["model"], strict=True))
    assert found == sorted(
        (f"fitted on {fitted}", tested, model)
        for fitted in ("forty", "other")
        for tested in ("forty", "other")
        for model in MODELS
    )
    assert set(rows["n_train"]) == {24}


@pytest.mark.slow
def test_no_image_is_tested_on_that_was_fitted_on(config, other):
    answers = read_rows(Path(config.out) / "predictions.csv")
    assert all("/test/" in path for path in answers["image"])
    theirs = answers[answers["dataset"] == "other"]
    assert all(path.startswith(str(other)) for path in theirs["image"])


@pytest.mark.slow
def test_the_folder_tells_the_whole_story(config, image_is_drawn):
    out = Path(config.out)
    told = json.loads((out / "run.json").read_text("utf-8"))
    assert told["identity"]["question"] == "cross_dataset"
    assert told["state"] == "finished"
    table = pd.read_csv(out / "transfer.csv")
    assert len(table) == 8
    assert image_is_drawn(out / "figures" / "transfer.png")
    page = (out / "report.html").read_text("utf-8")
    assert "Does it transfer?" in page
    assert "other (own test part)" in page


@pytest.mark.slow
def test_what_is_finished_is_not_fitted_again(config, monkeypatch):
    before = (Path(config.out) / "results.csv").read_bytes()
    monkeypatch.setattr("happysad.pipeline.evaluation.fit_and_evaluate.fit_and_evaluate", None)
    lines: list[str] = []
    cross_dataset(config, log=lines.append)
    assert "4 of 4 fits were finished before" in lines
    assert (Path(config.out) / "results.csv").read_bytes() == before


@pytest.mark.slow
def test_other_data_in_the_same_folder_are_refused(config, demo_data, other):
    with pytest.raises(UserError, match="other data and dataset"):
        cross_dataset(replace(config, data_sets=[str(other), str(demo_data)]))


def test_people_that_were_fitted_on_are_not_tested_on():
    import numpy as np

    from happysad.experiments.cross_dataset import of_others
    from happysad.experiments.datasets.subsets import DomainSubset

    frame = pd.DataFrame({"source": ["a", "a", "a", "b"], "group": ["x", "x", "y", "x"]})
    none = np.zeros(0, np.intp)
    own = DomainSubset("a grey", np.array([0]), none, none)
    others = DomainSubset("a colour", none, none, np.array([1, 2, 3]))
    assert list(of_others(frame, own, others)) == [2, 3]


def test_one_set_has_nothing_to_transfer_to(demo_data, tmp_path):
    with pytest.raises(UserError, match="two data sets or more"):
        cross_dataset(CrossDatasetConfig(data_sets=[str(demo_data)], out=str(tmp_path / "run")))


def test_a_model_that_does_not_exist_is_one_sentence(demo_data, other, tmp_path):
    sets = f"{demo_data},{other}"
    result = CliRunner().invoke(
        main, ["--data", sets, "--models", "hog-smv", "--out", str(tmp_path / "run")]
    )
    assert result.exit_code == 2
    assert "did you mean hog-svm?" in result.stderr.splitlines()[-1]


@pytest.mark.slow
def test_the_command_prints_a_table_for_each_set(config, demo_data, other):
    arguments = ["--data", f"{demo_data},{other}", "--models", ",".join(MODELS)]
    result = CliRunner().invoke(main, [*arguments, "--out", config.out, "--jobs", "1"])
    assert result.exit_code == 0, result.output
    assert "fitted on forty" in result.stdout
    assert "fitted on other" in result.stdout
    assert "landmarks-svm" in result.stdout


def test_the_config_that_is_shipped_can_be_read():
    from happysad.experiments import cross_dataset as module

    config = read_config(
        Path(module.__file__).parent / "configs" / "cross_dataset.toml", CrossDatasetConfig
    )
    assert config.formats_apart == ["muxspace"]
    assert len(config.data_sets) == 2
