"""Our runs and the other programs' scores, joined by image and compared."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from happysad.experiments.datasets.peer_scores import PEERS, SCORES, read_scores
from happysad.experiments.peers import main
from happysad.experiments.reporting.model_card import publish
from happysad.experiments.runner.run_folder import PREDICTION_COLUMNS

FER, FACE_API = PEERS.values()
KEPT = publish.RESULTS / "peers" / "scores.csv"
SMALL = "muxspace small colour"


@dataclass
class Desk:
    """The folders of two runs, and the command on them."""

    run: Path
    transfer: Path
    out: Path
    scores: Path = KEPT

    def __call__(self, *more: str) -> Result:
        folders = ["--run", str(self.run), "--transfer", str(self.transfer)]
        folders += ["--scores", str(self.scores), "--out", str(self.out)]
        return CliRunner().invoke(main, [*folders, *more])

    def table(self, name: str = "peers") -> pd.DataFrame:
        return pd.read_csv(self.out / f"{name}.csv")

    def refused(self, *more: str) -> str:
        result = self(*more)
        assert result.exit_code == 2, result.output
        assert not self.out.exists()
        return result.stderr.splitlines()[-1]


def write_run(folder: Path, rows: list[dict[str, object]], state: str = "finished") -> Path:
    """A run's folder with the predictions of these rows."""
    folder.mkdir()
    frame = pd.DataFrame(rows).reindex(columns=PREDICTION_COLUMNS)
    frame = frame.assign(fold=0, seed=0, group="", leaked="", face="detected")
    frame["predicted"] = np.where(frame["p_happy"] >= 0.5, "happy", "sad")
    frame.to_csv(folder / "predictions.csv", index=False)
    axes = ["dataset", "split", "condition", "model", "fold", "seed"]
    frame[axes].drop_duplicates().assign(status="ok").to_csv(folder / "results.csv", index=False)
    facts = {"state": state, "identity": {"seed": 0}, "command": "typed", "code": {}}
    (folder / "run.json").write_text(json.dumps(facts))
    return folder


def run_rows(files: list[str], model: str, right: float) -> list[dict[str, object]]:
    """FER2013's test images as a comparison answers them, that share of each class rightly."""
    rows: list[dict[str, object]] = []
    for label in ("happy", "sad", "neutral"):
        own = [file for file in files if f"/test/{label}/" in file]
        for i, file in enumerate(own):
            part = "test" if "PrivateTest_" in file else "val"
            called_happy = (label == "happy") == (i < right * len(own))
            rows.append({"dataset": "fer2013", "split": "neutral" if label == "neutral" else part,
                         "condition": "", "model": model, "image": f"/somewhere/{file}",
                         "label": label, "p_happy": 0.8 if called_happy else 0.2})  # fmt: skip
    return rows


@pytest.fixture
def desk(tmp_path) -> Desk:
    """Made-up answers of ours to the real images' names, in the form of the two runs."""
    return made_up(tmp_path)


@pytest.fixture(scope="module")
def finished_desk(tmp_path_factory) -> Desk:
    """Such folders once the command has been run."""
    desk = made_up(tmp_path_factory.mktemp("peers"))
    result = desk()
    assert result.exit_code == 0, result.output
    return desk


def made_up(tmp_path: Path) -> Desk:
    files = read_scores(KEPT)["file"].tolist()
    rows = run_rows(files, "texture-svm", 0.99) + run_rows(files, "hog-svm", 0.5)
    photographs = [file for file in files if file.startswith("muxspace/")][:40]
    away = [
        {"dataset": dataset, "split": "test", "condition": condition, "model": "texture-svm",
         "image": f"/somewhere/{file}", "label": "sad" if i % 2 else "happy", "p_happy": 0.6}
        for dataset in ("fer2013", SMALL)
        for condition in ("fitted on fer2013", f"fitted on {SMALL}")
        for i, file in enumerate(photographs)
    ]  # fmt: skip
    return Desk(
        write_run(tmp_path / "run", rows), write_run(tmp_path / "away", away), tmp_path / "out"
    )


def test_the_other_programs_score_what_was_measured(finished_desk):
    rows = finished_desk.table().set_index(["tested_on", "model"]).loc["fer2013 PrivateTest"]
    assert rows["n"].tolist() == [1473] * 3
    assert rows["n_neutral"].tolist() == [626] * 3
    for program, *expected in (
        (FER, 0.930, 0.926, 0.979, 0.27),
        (FACE_API, 0.889, 0.879, 0.959, 0.40),
    ):
        row = rows.loc[program]
        found = [round(row[name], 3) for name in ("accuracy", "balanced_accuracy", "roc_auc")]
        assert [*found, round(row["neutral_called_happy"], 2)] == expected
        assert row["accuracy_low"] < row["accuracy"] < row["accuracy_high"]


def test_ours_are_compared_on_the_same_images(desk):
    result = desk("--model", "texture-svm,hog-svm")
    assert result.exit_code == 0, result.output
    pairs = desk.table("comparisons").set_index(["tested_on", "model", "against"])
    fer = pairs.loc[("fer2013 PrivateTest", "texture-svm", FER)]
    gained = fer["n_only_model_correct"] - fer["n_only_other_correct"]
    assert fer["difference"] == pytest.approx(gained / 1473, abs=1e-5)
    assert fer["p_value"] <= fer["p_value_holm"] < 0.05
    assert len(pairs) == 4 + 2
    assert "hog-svm" not in pairs.loc[SMALL].index
    assert f"{SMALL}: there are no predictions of hog-svm" in result.stderr
    assert "ahead" in result.stdout
    assert "behind" in result.stdout
    assert "7.5 GB" in result.stdout


def test_of_a_transfer_only_what_was_fitted_on_the_same_set_counts(finished_desk):
    small = finished_desk.table()
    small = small[small["tested_on"] == SMALL]
    assert small["n"].tolist() == [40] * 3
    assert small["neutral_called_happy"].isna().all()


def test_the_folder_keeps_scores_and_says_where_our_answers_come_from(finished_desk):
    desk = finished_desk
    assert (desk.out / "scores.csv").read_text("utf-8") == KEPT.read_text("utf-8")
    told = json.loads((desk.out / "run.json").read_text("utf-8"))
    assert [run["command"] for run in told["answers_of"]] == ["typed", "typed"]


def test_a_users_mistakes_are_one_sentence_each(desk, tmp_path):
    assert "no model hog-smv, but hog-svm, texture-svm" in desk.refused("--model", "hog-smv")
    missing = desk.refused("--transfer", "none")
    assert "no run in none: name one with --transfer" in missing
    assert "name the file with --scores" in desk.refused("--scores", str(tmp_path / "none.csv"))
    assert "no model fitted on fer2013" in desk.refused("--transfer", str(desk.run))
    text = (desk.run / "predictions.csv").read_text("utf-8")
    (desk.run / "predictions.csv").write_text(text[:-3])
    assert "was cut" in desk.refused()
    (desk.run / "run.json").write_text('{"state": "running"}')
    assert "is not finished" in desk.refused()


def test_without_any_of_the_usual_models_those_there_are_named(desk, tmp_path):
    files = read_scores(KEPT)["file"].tolist()
    desk.run = write_run(tmp_path / "other", run_rows(files, "lbp-svm", 0.9))
    desk.transfer = write_run(
        tmp_path / "else",
        [{"dataset": "b", "split": "test", "condition": "fitted on fer2013", "model": "lbp-svm",
          "image": "/x/y.png", "label": "sad", "p_happy": 0.1}],
    )  # fmt: skip
    assert "no model fusion-stack, but lbp-svm" in desk.refused()
    assert "1 of 2,100 images have no scores" in desk.refused("--model", "lbp-svm")


def test_pages_and_card_are_written_with_the_results(desk, monkeypatch):
    home = desk.out.parent / "home"
    results = home / "docs" / "results" / "peers"
    monkeypatch.setattr(publish, "ROOT", home)
    monkeypatch.setattr(publish, "PAGES", ("README.md",))
    monkeypatch.setattr(publish, "RESULTS", results.parent)
    for text in ("card_text", "tables_text"):
        monkeypatch.setattr(publish, text, lambda folder: f"{folder.name}\n")
    (results.parent / "shipped").mkdir(parents=True)
    (home / "README.md").write_text("<!-- table: peers peers -->\nold\n<!-- end -->\n")
    desk.out = results
    result = desk()
    assert result.exit_code == 0, result.output
    page = (home / "README.md").read_text("utf-8")
    assert f"| fer2013 PrivateTest | {FER} | 1,473 | 0.930 [0." in page
    assert "| 0.27 of 626 |" in page
    assert (home / "MODEL_CARD.md").read_text("utf-8") == "shipped\n"
    assert "README.md: peers peers" in result.stdout


@pytest.fixture(scope="module")
def real_runs(demo_data, tmp_path_factory) -> Desk:
    """Runs as the two scripts write them, on built-in faces."""
    from happysad import compare
    from happysad.experiments.cross_dataset import CrossDatasetConfig, cross_dataset
    from happysad.pipeline.demo.demo_faces import demo_folder

    root = tmp_path_factory.mktemp("peers")
    other = demo_folder(root / "other", n_samples=40, seed=7)
    models = ["pixels-logreg", "landmarks-svm"]
    run = compare(demo_data, models, out=root / "run", jobs=1).folder
    sets = [str(demo_data), str(other)]
    transfer = cross_dataset(
        CrossDatasetConfig(data_sets=sets, models=models, out=str(root / "away"), jobs=1)
    )
    lines = [",".join(["file", *SCORES])]
    lines += [
        f"{folder.name}/{file.relative_to(folder).as_posix()},0.4,0.2,0.1,0.3"
        for folder in (demo_data, other)
        for file in sorted(folder.rglob("test/*/*.png"))
    ]
    (root / "scores.csv").write_text("\n".join(lines) + "\n")
    return Desk(run, transfer, root / "out", root / "scores.csv")


@pytest.mark.slow
def test_runs_are_read_as_the_scripts_write_them(real_runs):
    result = real_runs("--model", "landmarks-svm")
    assert result.exit_code == 0, result.output
    rows = real_runs.table().set_index(["tested_on", "model"])
    assert set(rows.index.get_level_values(0)) == {"forty", "other"}
    assert rows.loc[("forty", FER), "accuracy"] == pytest.approx(0.5)
    told = pd.read_csv(real_runs.run / "results.csv")
    told = told[(told["model"] == "landmarks-svm") & (told["split"] == "test")]
    ours = rows.loc[("forty", "landmarks-svm"), "accuracy"]
    assert ours == pytest.approx(told["accuracy"].item(), abs=1e-5)
    away = pd.read_csv(real_runs.transfer / "transfer.csv")
    away = away.set_index(["fitted_on", "tested_on", "model"])
    expected = away.loc[("forty", "other", "landmarks-svm"), "balanced_accuracy"]
    found = rows.loc[("other", "landmarks-svm"), "balanced_accuracy"]
    assert found == pytest.approx(expected, abs=1e-5)
