"""The comparison: what it writes, what it keeps, what it refuses."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import joblib
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier

from happysad import compare
from happysad.experiments.compare import Comparison, run_compare
from happysad.experiments.runner.candidates import find_candidates
from happysad.experiments.runner.config import CompareConfig, read_config
from happysad.experiments.runner.run_folder import PREDICTION_COLUMNS, RESULT_COLUMNS, read_rows
from happysad.features.hog import Hog
from happysad.pipeline.model_files.card_thresholds import band_entries
from happysad.pipeline.model_files.model_file import load_model, read_card
from happysad.pipeline.models.registry import RECIPES, STANDARD, Recipe
from happysad.utils.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
DRAWN = {"figures", "report.html"}
DERIVED = DRAWN | {
    "summary.csv", "intervals.csv", "comparisons.csv", "face_detection.csv",
    "operating_points.csv",
}  # fmt: skip
WRITTEN = DERIVED | {
    "results.csv", "predictions.csv", "run.json", "happysad.joblib", "happysad.joblib.json",
}  # fmt: skip
QUICK = ["dummy", "pixels-logreg", "landmarks-svm"]


class Broken(ClassifierMixin, BaseEstimator):
    """A classifier that fails."""

    def fit(self, X, y):
        raise ZeroDivisionError("division\nby zero")


class Constant(ClassifierMixin, BaseEstimator):
    """A classifier of images that always says happy, and nothing of how sure it is."""

    def fit(self, X, y):
        return self

    def predict(self, X):
        return ["happy"] * len(X)


@pytest.fixture(scope="module")
def quick(demo_data, tmp_path_factory) -> CompareConfig:
    """The settings of a run of three quick models that has been run."""
    out = tmp_path_factory.mktemp("quick") / "run"
    config = CompareConfig(data=str(demo_data), models=QUICK, out=str(out), jobs=1)
    run_compare(config, figures=False)
    return config


@pytest.fixture
def plain(monkeypatch) -> None:
    """No figures and no report: they take most of the time of a small run."""
    monkeypatch.setattr("happysad.experiments.reporting.html.report.finish", lambda *_, **__: None)


@pytest.fixture
def again(quick, tmp_path) -> CompareConfig:
    """The settings of a copy of that run."""
    shutil.copytree(quick.out, tmp_path / "run")
    return replace(quick, out=str(tmp_path / "run"))


def visible(folder: Path) -> set[str]:
    return {entry.name for entry in Path(folder).iterdir() if not entry.name.startswith(".")}


def rows_of(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "results.csv")


@pytest.mark.slow
def test_every_recipe_is_a_good_row_for_each_part(finished):
    rows = rows_of(finished)
    assert list(rows.columns) == RESULT_COLUMNS
    assert set(rows["status"]) == {"ok"}
    assert sorted(zip(rows["model"], rows["split"], strict=True)) == sorted(
        (name, split) for name in STANDARD for split in ("val", "test")
    )
    assert set(rows["n_train"]) == {24}
    assert set(rows.loc[rows["split"] == "test", "n_test"]) == {10}
    numbers = rows[[c for c in RESULT_COLUMNS if c not in ("reason", "condition")]]
    assert not numbers.isna().any().any()
    assert ((rows["tp"] + rows["fp"] + rows["fn"] + rows["tn"]) == rows["n_test"]).all()


@pytest.mark.slow
def test_a_row_for_each_image_and_model_that_agrees_with_the_scores(finished, data):
    predictions = pd.read_csv(finished / "predictions.csv")
    assert list(predictions.columns) == PREDICTION_COLUMNS
    assert len(predictions) == len(STANDARD) * (6 + 10)
    labels = dict(zip(data.frame["path"], data.frame["label"], strict=True))
    assert [labels[path] for path in predictions["image"]] == list(predictions["label"])
    assert predictions["p_happy"].between(0, 1).all()
    right = (predictions["label"] == predictions["predicted"]).groupby(
        [predictions["model"], predictions["split"]]
    )
    for row in rows_of(finished).to_dict("records"):
        assert right.mean()[row["model"], row["split"]] == pytest.approx(row["accuracy"])


@pytest.mark.slow
def test_run_json_tells_the_whole_story(finished, data, demo_data):
    told = json.loads((finished / "run.json").read_text("utf-8"))
    assert told["identity"] == {
        "question": "compare", "dataset": "forty", "data": data.hash, "seed": 0, "folds": 0,
    }  # fmt: skip
    assert told["state"] == "finished"
    assert told["best"] in RECIPES
    assert told["config"]["data"] == str(demo_data)
    assert {"code", "versions", "machine", "notes"} <= set(told)


@pytest.mark.slow
def test_the_figures_are_pictures(finished, image_is_drawn):
    names = {file.name for file in (finished / "figures").iterdir()}
    best = json.loads((finished / "run.json").read_text("utf-8"))["best"]
    answers = pd.read_csv(finished / "predictions.csv")
    answers = answers[(answers["model"] == best) & (answers["split"] == "test")]
    wrong = bool((answers["predicted"] != answers["label"]).any())
    assert names == {
        "scores.png", "confusion_matrices.png", "comparisons.png", "roc.png",
        "precision_recall.png", "reliability.png", "risk_coverage.png", "training.png",
        *(["confident_errors.png"] if wrong else []),
    }  # fmt: skip
    assert all(image_is_drawn(finished / "figures" / name) for name in names)


@pytest.mark.slow
def test_nothing_else_is_left_in_the_folder(finished):
    assert {entry.name for entry in finished.iterdir()} == WRITTEN | {"training.csv"}


@pytest.mark.slow
def test_the_best_on_the_validation_part_is_saved_and_answers_as_recorded(finished):
    rows = rows_of(finished)
    val = rows[rows["split"] == "val"]
    best = json.loads((finished / "run.json").read_text("utf-8"))["best"]
    assert val.set_index("model").loc[best, "balanced_accuracy"] == val["balanced_accuracy"].max()
    assert read_card(finished / "happysad.joblib")["model"] == best
    predictions = pd.read_csv(finished / "predictions.csv")
    mine = predictions[(predictions["model"] == best) & (predictions["split"] == "test")]
    p_happy = load_model(finished / "happysad.joblib").predict_proba(mine["image"].tolist())[:, 0]
    assert list(p_happy) == pytest.approx(list(mine["p_happy"]), abs=1e-5)
    assert len(joblib.load(finished / "happysad.joblib").predict(mine["image"].tolist())) == 10


@pytest.mark.slow
def test_every_config_runs_on_forty_built_in_faces(demo_data, tmp_path):
    for name in ("demo", "fer2013/compare", "muxspace"):
        config = read_config(ROOT / "experiments" / "configs" / f"{name}.toml", CompareConfig)
        assert config.why, name
        out = tmp_path / Path(name).stem
        config = replace(config, data=str(demo_data), out=str(out), jobs=1, neutral="")
        config = replace(config, models=config.models[:2] or QUICK)
        rows = rows_of(run_compare(config, figures=False))
        assert set(rows["status"]) == {"ok"}, name
        candidates = find_candidates(config.models, config.balance)
        assert set(rows["model"]) == {candidate.name for candidate in candidates}, name
        assert visible(out) == WRITTEN - DRAWN, name


def test_a_second_run_repeats_nothing(again):
    kept = sorted(WRITTEN - DRAWN - {"run.json"})  # that names the folder
    before = [(Path(again.out) / name).read_bytes() for name in kept]
    told: list[str] = []
    run_compare(again, figures=False, log=told.append)
    assert "3 of 3 models were finished before" in told
    assert [(Path(again.out) / name).read_bytes() for name in kept] == before


@pytest.mark.slow
def test_the_same_seed_gives_the_same_results_in_a_fresh_folder(quick, tmp_path, lasting):
    other = replace(quick, out=str(tmp_path / "other"))
    run_compare(other, figures=False, use_cache=False)
    assert lasting(tmp_path / "other").equals(lasting(Path(quick.out)))
    one, two = (Path(folder) / "predictions.csv" for folder in (quick.out, other.out))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.process
@pytest.mark.slow
def test_processes_side_by_side_change_nothing(quick, tmp_path, lasting):
    run_compare(replace(quick, out=str(tmp_path / "other"), jobs=2), figures=False, use_cache=False)
    assert lasting(tmp_path / "other").equals(lasting(Path(quick.out)))


@pytest.mark.slow
def test_models_may_be_added_later(quick, again, finished, lasting):
    run_compare(replace(again, models=["lbp-svm"]), figures=False)
    both, everything = lasting(Path(again.out)), lasting(finished)
    chosen = everything[everything["model"].isin([*QUICK, "lbp-svm"])].reset_index(drop=True)
    assert both.equals(chosen)


def test_every_variant_is_a_model_of_its_own(again, lasting):
    config = replace(again, models=["pixels-logreg"], balance=["none", "oversample"])
    run_compare(config, figures=False)
    rows = rows_of(Path(again.out))
    assert {"pixels-logreg", "pixels-logreg+oversample"} <= set(rows["model"])
    assert set(rows["status"]) == {"ok"}


@pytest.fixture(scope="module")
def crossed(demo_data, tmp_path_factory) -> Path:
    """A run of two models in three folds, twice, on a data set without official parts."""
    home = tmp_path_factory.mktemp("crossed")
    for part in ("train", "val", "test"):
        for label in ("happy", "sad"):
            shutil.copytree(demo_data / part / label, home / "faces" / label, dirs_exist_ok=True)
    models = ["dummy", "pixels-logreg"]
    config = CompareConfig(data=str(home / "faces"), models=models, folds=3, seeds=2, jobs=1)
    return run_compare(replace(config, out=str(home / "run")), figures=False)


@pytest.mark.slow
def test_cross_validation_holds_every_image_out_once_a_seed(crossed):
    rows = rows_of(crossed)
    assert set(rows["split"]) == {"val"}
    assert sorted(zip(rows["model"], rows["fold"], rows["seed"], strict=True)) == sorted(
        (model, fold, seed)
        for model in ("dummy", "pixels-logreg")
        for fold in (1, 2, 3)
        for seed in (0, 1)
    )
    predictions = pd.read_csv(crossed / "predictions.csv")
    counts = predictions.groupby(["model", "seed"])["image"].agg(["size", "nunique"])
    images = int(rows["n_test"].sum()) // 4
    assert set(counts["size"]) == set(counts["nunique"]) == {images}


@pytest.mark.slow
def test_after_cross_validation_the_best_is_fitted_on_all(crossed):
    card = read_card(crossed / "happysad.joblib")
    rows = rows_of(crossed)
    mine = rows[rows["model"] == card["model"]]
    assert card["n_train"] == mine["n_test"].sum() // 2
    assert card["cross_validation"]["accuracy"] == pytest.approx(mine["accuracy"].mean())
    assert load_model(crossed / "happysad.joblib").predict([]).shape == (0,)
    held_out = pd.read_csv(crossed / "predictions.csv").query("model == @card['model'] & seed == 0")
    assert card["unsure"] == band_entries(held_out["label"].tolist(), held_out["p_happy"].tolist())


@pytest.mark.slow
def test_mean_and_spread_are_told(crossed):
    spread = pd.read_csv(crossed / "spread.csv")
    rows = rows_of(crossed)
    row = spread[(spread["model"] == "pixels-logreg") & (spread["metric"] == "accuracy")].iloc[0]
    mine = rows[rows["model"] == "pixels-logreg"]["accuracy"]
    assert row["mean"] == pytest.approx(mine.mean(), abs=1e-5)
    assert row["n_fits"] == 6


@pytest.mark.slow
def test_few_images_are_cross_validated_without_being_asked(crossed, tmp_path):
    home = crossed.parent / "faces"
    told: list[str] = []
    config = CompareConfig(data=str(home), models=["dummy", "pixels-logreg"], jobs=1)
    neutral = str(home / "sad")
    config = replace(config, out=str(tmp_path / "run"), neutral=neutral)
    out = run_compare(config, figures=False, log=told.append)
    assert any("fewer than 200: cross-validated in 5 folds" in line for line in told)
    assert set(rows_of(out)["fold"]) == {1, 2, 3, 4, 5}
    facts = json.loads((out / "run.json").read_text("utf-8"))
    assert facts["identity"]["folds"] == facts["config"]["folds"] == 5
    assert isinstance(facts["findings"], list)
    points = pd.read_csv(out / "operating_points.csv")
    assert (points["split"] == "neutral").any()
    once = replace(config, folds=0, neutral="", out=str(tmp_path / "once"))
    assert set(rows_of(run_compare(once, figures=False))["fold"]) == {0}


def test_an_official_test_part_stays_untouched_in_cross_validation(quick, tmp_path, data):
    out = tmp_path / "run"
    run_compare(replace(quick, models=["dummy"], folds=2, out=str(out)), figures=False)
    images = set(pd.read_csv(out / "predictions.csv")["image"])
    frame = data.frame
    assert images == set(frame.loc[frame["split"] != "test", "path"])


def test_neutral_faces_are_answered(quick, tmp_path, demo_data):
    out = tmp_path / "run"
    run_compare(replace(quick, neutral=str(demo_data / "val" / "sad"), out=str(out)), figures=False)
    predictions = pd.read_csv(out / "predictions.csv")
    assert (predictions["split"] == "neutral").sum() == 3 * len(QUICK)
    points = pd.read_csv(out / "operating_points.csv")
    assert points.loc[points["split"] == "neutral", "n"].eq(3).all()
    assert "neutral" not in set(rows_of(out)["split"])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["results.csv", "predictions.csv"])
def test_a_damaged_table_is_not_trusted(again, quick, lasting, name):
    file = Path(again.out) / name
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    told: list[str] = []
    run_compare(again, figures=False, log=told.append)
    assert not any("3 of 3" in line for line in told)
    assert lasting(Path(again.out)).equals(lasting(Path(quick.out)))
    if name == "predictions.csv":
        assert file.read_bytes() == content


@pytest.mark.parametrize("damage", ["removed", "cut", "card"])
def test_a_lost_model_file_is_made_again(again, quick, lasting, damage):
    file = Path(again.out) / "happysad.joblib"
    if damage == "card":
        Path(f"{file}.json").unlink()
    elif damage == "cut":
        file.write_bytes(file.read_bytes()[:1000])
    else:
        file.unlink()
    run_compare(again, figures=False)
    best = json.loads((Path(again.out) / "run.json").read_text("utf-8"))["best"]
    assert read_card(file)["model"] == best
    load_model(file)
    assert lasting(Path(again.out)).equals(lasting(Path(quick.out)))


def test_where_the_best_falls_behind_the_next_is_saved(again, monkeypatch):
    out = Path(again.out)
    old = json.loads((out / "run.json").read_text("utf-8"))["best"]
    assert old != "dummy"
    sure = DummyClassifier(strategy="constant", constant="sad")  # and wrong of every second face
    broken = replace(RECIPES[old], steps=lambda state: [("classifier", sure)])
    monkeypatch.setitem(RECIPES, old, broken)
    run_compare(again, figures=False)
    new = json.loads((out / "run.json").read_text("utf-8"))["best"]
    assert new != old
    val = rows_of(out).query("split == 'val'").set_index("model")["balanced_accuracy"]
    assert val[new] == val.max()
    assert read_card(out / "happysad.joblib")["model"] == new


@pytest.mark.slow
def test_a_recipe_that_fails_is_a_row_and_the_others_finish(again, monkeypatch, image_is_drawn):
    def raises(self, faces):
        raise ValueError("no\nsuch descriptor")

    monkeypatch.setattr(Hog, "_extract", raises)
    monkeypatch.setitem(RECIPES, "broken", Recipe("fails", lambda state: [("classify", Broken())]))
    told: list[str] = []
    config = replace(again, models=["broken", "hog-svm", *QUICK, "lbp-svm"])
    folder = run_compare(config, use_cache=False, log=told.append)
    rows = rows_of(folder).set_index("model")
    assert set(rows.loc[[*QUICK, "lbp-svm"], "status"]) == {"ok"}
    assert rows.loc["broken", "status"] == rows.loc["hog-svm", "status"] == "error"
    assert rows.loc["broken", "reason"] == "ZeroDivisionError: division by zero"
    assert rows.loc["hog-svm", "reason"] == "ValueError: no such descriptor"
    assert "broken failed: ZeroDivisionError: division by zero" in told
    assert "broken" not in set(pd.read_csv(folder / "predictions.csv")["model"])
    assert image_is_drawn(folder / "figures" / "scores.png")
    monkeypatch.setitem(RECIPES, "broken", RECIPES["dummy"])  # mended, it is tried again
    mended = run_compare(replace(config, models=["broken"]), figures=False)
    rows = rows_of(mended).set_index("model")
    assert set(rows.loc["broken", "status"]) == {"ok"}
    assert rows.loc["hog-svm", "status"] == "error"


def test_a_recipe_that_cannot_be_built_is_a_row_too(again, monkeypatch):
    def steps(state):
        raise ImportError("no module named catboost")

    monkeypatch.setitem(RECIPES, "unbuilt", Recipe("cannot be built", steps))
    rows = rows_of(
        run_compare(replace(again, models=["unbuilt", *QUICK]), figures=False)
    ).set_index("model")
    assert rows.loc["unbuilt", "status"] == "error"
    assert "catboost" in rows.loc["unbuilt", "reason"]
    assert set(rows.loc[QUICK, "status"]) == {"ok"}


def test_a_run_in_which_all_fail_ends_with_1_and_the_reason(demo_data, tmp_path, monkeypatch):
    from click.testing import CliRunner

    from happysad.experiments.compare import main

    monkeypatch.setitem(RECIPES, "broken", Recipe("fails", lambda state: [("classify", Broken())]))
    flags = ["--models", "broken", "--jobs", "1", "--out", str(tmp_path / "run")]
    result = CliRunner().invoke(main, ["--data", str(demo_data), *flags])
    assert result.exit_code == 1
    assert "broken failed: ZeroDivisionError: division by zero" in result.stdout


def test_another_data_set_in_the_same_folder_is_refused(again, refused, happysad, tmp_path):
    happysad("demo", tmp_path / "other faces", "--faces", 24, "--seed", 5)
    before = (Path(again.out) / "results.csv").read_bytes()
    told = refused("compare", "--data", tmp_path / "other faces", "--out", again.out, "--jobs", 1)
    assert "holds a run with other data" in told
    assert (Path(again.out) / "results.csv").read_bytes() == before


def test_the_command_prints_the_table_and_the_places(again, happysad, plain):
    flags = ["--models", ",".join(QUICK), "--out", again.out, "--jobs", 1]
    result = happysad("compare", "--data", again.data, *flags)
    lines = result.stdout.splitlines()
    assert lines[0].split()[:2] == ["model", "accuracy"]
    assert {line.split()[0] for line in lines[1:4]} == set(QUICK)
    assert lines[-1].startswith(f"written to {again.out}/: results.csv")
    assert "3 of 3 models were finished before" in result.stderr
    assert happysad("compare", "--data", again.data, *flags, "--quiet").stderr == ""


def test_flags_win_over_the_config(demo_data, tmp_path, happysad, monkeypatch, plain):
    monkeypatch.chdir(tmp_path)
    lines = ['data = "nowhere"', 'models = ["dummy"]', "jobs = 1", "seed = 3"]
    (tmp_path / "mine.toml").write_text("\n".join(lines))
    happysad("compare", "--config", "mine.toml", "--data", demo_data)
    told = json.loads((tmp_path / "runs" / "forty" / "run.json").read_text("utf-8"))
    assert told["identity"]["seed"] == 3
    assert told["best"] == "dummy"


@pytest.mark.process
def test_the_script_is_the_command():
    for command in (["experiments/compare.py"], ["-m", "happysad.experiments.compare"]):
        command = [sys.executable, *command, "--data", "demo", "--models", "hog-svn"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 2, command
        assert done.stderr.splitlines() == [
            "happysad: there is no model named 'hog-svn': did you mean hog-svm? "
            f"the models are {', '.join(RECIPES)}"
        ], command


def test_wrong_data_is_one_sentence(refused, demo_data, tmp_path):
    one, empty = tmp_path / "one class", tmp_path / "empty"
    shutil.copytree(demo_data / "train" / "happy", one / "happy")
    empty.mkdir()
    out = ("--out", tmp_path / "run", "--jobs", 1)
    assert "holds only happy faces (12 images)" in refused("compare", "--data", one, *out)
    assert "is empty" in refused("compare", "--data", empty, *out)
    assert "does not exist" in refused("compare", "--data", tmp_path / "nowhere", *out)
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    assert "column path" in refused("compare", "--data", tmp_path / "a.csv", *out)
    assert not (tmp_path / "run").exists()


def test_wrong_settings_are_one_sentence(refused, demo_data, tmp_path):
    data = ("--data", demo_data, "--jobs", 1)
    assert "did you mean hog-svm?" in refused("compare", *data, "--models", "dummy,hog-svn")
    (tmp_path / "a.toml").write_text('modles = ["dummy"]')
    assert "did you mean models?" in refused("compare", "--config", tmp_path / "a.toml")
    (tmp_path / "a.toml").write_text("models = [")
    assert "is not TOML" in refused("compare", "--config", tmp_path / "a.toml")
    assert "cannot read the config" in refused("compare", "--config", tmp_path / "b.toml")
    file = tmp_path / "file"
    file.write_text("mine")
    assert "is a file" in refused("compare", *data, "--models", "dummy", "--out", file)
    told = refused("compare", *data, "--models", "dummy", "--out", file / "below")
    assert "cannot write to --out" in told
    assert file.read_text() == "mine"


KILLER = """
import os, random, signal, sys, time
from pathlib import Path

import dlib, matplotlib.backends.backend_agg, pandas, sklearn.calibration, sklearn.linear_model
from happysad.experiments.runner import best_model, engine
from happysad.experiments.runner import cache_warmup as prepare
from happysad.experiments.runner import results_writer as recording
from happysad.experiments.reporting.html import report
from happysad.experiments.reporting.tables import summary
from happysad.experiments.compare import run_compare
from happysad.experiments.runner.candidates import find_candidates
from happysad.experiments.runner.config import CompareConfig
from happysad.pipeline.data import dataset as data
from happysad.pipeline.model_files import model_file
from happysad.pipeline.models import registry as models
from happysad.pipeline.evaluation import fit_and_evaluate as trial
from happysad.pipeline.model_files.card_thresholds import band_entries
from happysad.pipeline.demo.demo_faces import make_demo_faces

faces, _ = make_demo_faces(4)
models.make_model("dummy")[0].transform(list(faces))  # weights load once, here

source, home, names = sys.argv[1], Path(sys.argv[2]), sys.argv[3].split(",")


def started(out, die_at=None):
    child = os.fork()
    if child:
        return child
    replace, calls = os.replace, []

    def counted(*paths):
        calls.append(paths)
        if len(calls) == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        replace(*paths)

    os.replace = counted
    run_compare(CompareConfig(data=source, models=names, out=str(home / out), jobs=1))
    os._exit(0)


def ended(child):
    return os.waitpid(child, 0)[1]


start = time.monotonic()
assert ended(started("whole")) == 0
duration = time.monotonic() - start
os.environ["HAPPYSAD_CACHE"] = str(home / "cache")  # an empty one
for _ in range(10):  # at any moment
    child = started("moments")
    time.sleep(random.random() * duration)
    os.kill(child, signal.SIGKILL)
    ended(child)
assert ended(started("moments")) == 0
report.finish = lambda *_, **__: None  # most of the time goes into the figures
for number in range(1, 100):  # ahead of each file that is put into place
    killed = ended(started(f"write-{number}", number))
    assert ended(started(f"write-{number}")) == 0
    if killed == 0:
        break
print(number)
"""


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the test starts processes by fork")
def test_killed_at_any_moment_and_run_again_it_is_as_if_nothing_had_happened(
    demo_data, tmp_path, lasting
):
    names = "dummy,pixels-logreg"
    done = subprocess.run(
        [sys.executable, "-c", KILLER, str(demo_data), str(tmp_path / "runs"), names],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    folders = [f for f in (tmp_path / "runs").iterdir() if f.name not in ("whole", "cache")]
    assert len(folders) == int(done.stdout) + 1
    assert len(folders) > 8
    assert visible(tmp_path / "runs" / "moments") == WRITTEN
    whole = lasting(tmp_path / "runs" / "whole")
    for folder in folders:
        assert visible(folder) >= WRITTEN - DERIVED, folder
        assert visible(folder) <= WRITTEN, folder
        assert lasting(folder).equals(whole), folder
        assert (
            read_card(folder / "happysad.joblib")["model"]
            == json.loads((folder / "run.json").read_text("utf-8"))["best"]
        )
        load_model(folder / "happysad.joblib")


MODELS = """
import cv2
import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

def small(images):
    return np.array([cv2.resize(image, (12, 12)).ravel() for image in images], float)

def make(random_state):
    ridge = RidgeClassifier(random_state=random_state)
    return make_pipeline(FunctionTransformer(small), StandardScaler(), ridge)

def failing():
    return make_pipeline(FunctionTransformer(np.vstack), DummyClassifier())
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of somebody's models in the working folder."""
    (tmp_path / "my_models.py").write_text(MODELS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("my_models")
    sys.modules.pop("my_models")


def test_models_of_other_packages_from_python(data, module, tmp_path, quick):
    models = {"mine": module.make(0), "pixels-logreg": "pixels-logreg", "constant": Constant()}
    lines: list[str] = []
    found = compare(data, models, jobs=1, log=lines.append)
    assert isinstance(found, Comparison)
    assert found.folder is None
    assert found.best == "mine"
    assert set(found.summary["model"]) == set(found.results["model"]) == set(models)
    assert set(found.results["status"]) == {"ok"}
    assert found.predictions.groupby("model").size().to_dict() == dict.fromkeys(models, 16)
    assert {"low", "high"} <= set(found.intervals)
    assert len(found.comparisons)
    assert len(found.operating_points)
    constant = found.results[found.results["model"] == "constant"]
    assert set(constant["roc_auc"]) == {0.5}
    assert set(constant["accuracy"]) == {0.5}
    (line,) = [line for line in lines if "is not saved" in line]
    assert line.startswith("mine, the best model, is not saved: model files hold our own recipes")
    columns = ["split", "accuracy", "roc_auc", "settings"]  # ours are what they always are
    ours, before = (
        rows.loc[rows["model"] == "pixels-logreg", columns].reset_index(drop=True)
        for rows in (found.results, read_rows(Path(quick.out) / "results.csv"))
    )
    assert ours.equals(before)


def test_the_best_of_our_own_is_saved_beside_a_better_model(
    demo_data, module, happysad, tmp_path, plain
):
    flags = ["--models", "dummy,pixels-logreg", "--model", "my_models:make", "--jobs", 1]
    flags += ["--model", "my_models:failing", "--out", "run"]
    result = happysad("compare", "--data", demo_data, *flags)
    assert "my_models:make *" in result.stdout
    assert "my_models:failing failed: ValueError" in result.stdout
    rows = rows_of(tmp_path / "run")
    val = rows[(rows["split"] == "val") & ~rows["model"].str.contains(":")]
    best = val.sort_values(["balanced_accuracy", "roc_auc"])["model"].iloc[-1]
    assert f"happysad.joblib is the best of these, {best}" in result.stderr
    assert read_card(tmp_path / "run" / "happysad.joblib")["model"] == best
    again = happysad("compare", "--data", demo_data, *flags)
    assert "3 of 4 models were finished before" in again.stderr


def test_cross_validation_of_a_model_of_another_package(data, module):
    found = compare(data, {"mine": module.make(0)}, folds=2, jobs=1, seed=3)
    assert list(found.results["fold"]) == [1, 2]
    assert set(found.results["seed"]) == {3}
    assert list(found.summary["model"]) == ["mine"]


def test_mistakes_in_python_are_one_sentence(data, module, tmp_path):
    for arguments, words in (
        ((tmp_path / "nowhere",), "does not exist"),
        ((data, ["hog-svn"]), "did you mean hog-svm"),
        ((data, ["no_such:make"]), "cannot import no_such"),
        ((data, [3]), "is no scikit-learn Pipeline or classifier"),
        ((data, {"hog-svm": module.make(0)}), "called hog-svm, as a recipe is"),
    ):
        with pytest.raises(UserError, match=words):
            compare(*arguments, out=tmp_path / "run")
    with pytest.raises(UserError, match="folds is 0 or 2"):
        compare(data, folds=1)
