"""The fall-off experiment: what it writes, that it goes on, what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from happysad.experiments.perturbations.registry import CHANGES
from happysad.experiments.robustness import RobustnessConfig, drawn_images, main, robustness
from happysad.experiments.runner.config import read_config
from happysad.experiments.runner.run_folder import read_rows
from happysad.utils.errors import UserError

FOLDER = Path(__file__).resolve().parents[2] / "experiments" / "configs"
CONFIGS = sorted(FOLDER.rglob("robustness.toml"))


@pytest.fixture(scope="module")
def config(demo_data, tmp_path_factory) -> RobustnessConfig:
    out = tmp_path_factory.mktemp("robust") / "run"
    return RobustnessConfig(
        data=str(demo_data), models=["landmarks-svm", "pixels-logreg"], out=str(out), jobs=1,
        images=4, changes=["blur", "shift"],
    )  # fmt: skip


@pytest.fixture(scope="module")
def written(config) -> Path:
    return robustness(config)


@pytest.mark.slow
def test_a_row_for_each_model_and_condition(written):
    rows = read_rows(written / "results.csv")
    assert len(rows) == 2 * 11
    assert set(rows["status"]) == {"ok"}
    assert set(rows["split"]) == {"test"}
    assert set(rows["n_test"]) == {4}
    assert set(rows["n_train"]) == {24}
    strengths = [
        f"{change} {s:g}" for change in ("blur", "shift") for s in CHANGES[change].strengths
    ]
    assert set(rows["condition"]) == {"", *strengths}


@pytest.mark.slow
def test_the_clean_rows_are_those_of_a_comparison(written, data):
    from happysad.experiments.runner.fit_tasks import task_seed
    from happysad.pipeline.models.registry import make_model

    answers = read_rows(written / "predictions.csv")
    clean = answers[(answers["model"] == "pixels-logreg") & (answers["condition"] == "")]
    train = data.frame[data.frame["split"] == "train"]
    model = make_model("pixels-logreg", task_seed(0, "pixels-logreg"))
    model.fit(train["path"].tolist(), train["label"].to_numpy(str))
    p_happy = model.predict_proba(clean["image"].tolist())[:, 0]
    assert list(clean["p_happy"]) == pytest.approx(list(p_happy), abs=1e-5)


@pytest.mark.slow
def test_a_strong_change_changes_the_answers(written):
    answers = read_rows(written / "predictions.csv")
    answers = answers[answers["model"] == "landmarks-svm"].set_index(["condition", "image"])
    clean, strong = (answers.loc[name, "p_happy"] for name in ("", "shift 0.3"))
    assert (clean - strong).abs().max() > 0.01


@pytest.mark.slow
def test_the_folder_holds_tables_figures_and_a_report(written, image_is_drawn):
    told = json.loads((written / "run.json").read_text("utf-8"))
    assert told["state"] == "finished"
    assert told["identity"]["question"] == "robustness"
    assert told["config"]["changes"] == ["blur", "shift"]
    assert len(pd.read_csv(written / "robustness.csv")) == 22
    figures = {file.name for file in (written / "figures").iterdir()}
    assert figures == {"robustness.png", "changes.png"}
    assert all(image_is_drawn(written / "figures" / name) for name in figures)
    report = (written / "report.html").read_text("utf-8")
    assert "how robust models are" in report
    assert "had not ended" not in report


@pytest.mark.slow
def test_a_second_run_fits_nothing(config, written, monkeypatch):
    monkeypatch.setattr("happysad.experiments.runner.engine._fit", None)
    before = (written / "results.csv").read_bytes()
    told: list[str] = []
    robustness(config, log=told.append)
    assert "2 of 2 models were finished before" in told
    assert (written / "results.csv").read_bytes() == before


@pytest.mark.slow
def test_other_images_are_another_run(config, written):
    with pytest.raises(UserError, match="other images"):
        robustness(replace(config, images=6))


def test_images_are_drawn_by_content_and_class(data):
    test = data.frame[data.frame["split"] == "test"]
    few = drawn_images(test, RobustnessConfig(images=4))
    assert list(few["label"].value_counts()) == [2, 2]
    mixed = test.sample(frac=1, random_state=0).assign(path=[f"{i}.png" for i in range(len(test))])
    assert set(drawn_images(mixed, RobustnessConfig(images=4))["sha256"]) == set(few["sha256"])
    other = drawn_images(test, RobustnessConfig(images=4, seed=2))
    assert set(other["sha256"]) != set(few["sha256"])
    assert drawn_images(test, RobustnessConfig(images=400)).equals(test)


@pytest.mark.slow
@pytest.mark.parametrize("file", CONFIGS, ids=lambda file: file.stem)
def test_every_config_runs_on_a_few_built_in_faces(file, demo_data, tmp_path):
    config = read_config(file, RobustnessConfig)
    assert config.why
    few = {"models": ["dummy"], "images": 2, "changes": ["dark"], "jobs": 1}
    config = replace(config, data=str(demo_data), out=str(tmp_path / "run"), **few)
    assert set(read_rows(robustness(config) / "results.csv")["status"]) == {"ok"}


def test_there_are_two_configs():
    assert [file.stem for file in CONFIGS] == ["robustness", "robustness"]


@pytest.mark.slow
def test_the_command_prints_the_table(config, written):
    flags = ["--data", config.data, "--models", "landmarks-svm,pixels-logreg", "--images", "4"]
    flags += ["--changes", "blur,shift", "--out", config.out, "--jobs", "1", "--quiet"]
    result = CliRunner().invoke(main, flags)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["change", "face", "found", "landmarks-svm", "pixels-logreg"]
    assert [line.split()[0] for line in lines[1:4]] == ["clean", "blur", "shift"]
    assert "robustness.csv" in result.stdout


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"changes": ["fog"]}, "no change 'fog': there are blur, noise"),
        ({"part": "train"}, 'neither "val" nor "test"'),
        ({"images": 1}, "2 or more"),
    ],
)
def test_wrong_settings_are_one_sentence(more, words):
    with pytest.raises(UserError, match=words):
        RobustnessConfig(**more)


def test_an_unknown_model_is_told_before_any_work(demo_data, tmp_path):
    with pytest.raises(UserError, match="no model named"):
        robustness(RobustnessConfig(data=str(demo_data), models=["hgo-svm"], out=str(tmp_path)))
