"""The derived tables of a run's folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from happysad.experiments.reporting.tables.interval_table import interval_text
from happysad.experiments.reporting.tables.summary import (
    face_detection_table,
    spread_table,
    summarise,
)
from happysad.experiments.runner.run_folder import PREDICTION_COLUMNS, RESULT_COLUMNS
from happysad.pipeline.evaluation.metrics import evaluate

TABLES = ["comparisons", "face_detection", "intervals", "operating_points", "summary"]
SIZES = {"val": 40, "test": 30, "neutral": 10}


def answers(model: str, split: str, fold: int, seed: int) -> pd.DataFrame:
    n = SIZES[split]
    number = sum(f"{model}{split}{fold}{seed}".encode())
    label = np.where(np.arange(n) % 3 > 0, "happy", "sad")
    p = np.random.default_rng(number).normal(np.where(label == "happy", 0.7, 0.3), 0.25)
    frame = pd.DataFrame({"image": [f"{split}/{fold}/{i}.png" for i in range(n)]})
    axes = {"dataset": "007", "split": split, "condition": "", "model": model}
    frame = frame.assign(**axes, fold=fold, seed=seed, group="", leaked="", p_happy=p.clip(0, 1))
    frame["label"] = "neutral" if split == "neutral" else label
    frame["face"] = ["full_frame"] * 3 + ["detected"] * (n - 3)
    frame["predicted"] = np.where(frame["p_happy"] >= 0.5, "happy", "sad")
    return frame[PREDICTION_COLUMNS]


def write_run(folder: Path, models=("cnn-small", "svm"), folds=1, seeds=1, failed=()) -> Path:
    rows, frames = [], []
    units = [(m, f, s) for m in models for f in range(folds) for s in range(seeds)]
    for model, fold, seed in units:
        for split in SIZES:
            frame = answers(model, split, fold, seed)
            frames.append(frame)
            row = {"dataset": "007", "split": split, "condition": "", "model": model}
            row |= {"fold": fold, "seed": seed, "status": "ok", "n_test": len(frame)}
            if split != "neutral":
                scores = evaluate(frame["label"], frame["p_happy"])
                rows.append(row | {"settings": "1e5"} | scores)
    for model in failed:
        row = {"dataset": "007", "split": "test", "condition": "", "model": model, "fold": 0}
        rows.append(row | {"seed": 0, "status": "error", "reason": "ValueError: no"})
    folder.mkdir(exist_ok=True)
    pd.DataFrame(rows).reindex(columns=RESULT_COLUMNS).to_csv(folder / "results.csv", index=False)
    pd.concat(frames).to_csv(folder / "predictions.csv", index=False)
    return folder


def written(folder: Path) -> dict[str, bytes]:
    given = ("results", "predictions")
    return {f.stem: f.read_bytes() for f in folder.glob("*") if f.stem not in given}


def test_tables_are_written_and_the_same_again(tmp_path):
    run = write_run(tmp_path / "run")
    summarise(run)
    first = written(run)
    assert sorted(first) == TABLES
    summarise(run)
    assert written(run) == first
    predictions = pd.read_csv(run / "predictions.csv", dtype=str, keep_default_na=False)
    predictions.sample(frac=1, random_state=0).to_csv(run / "predictions.csv", index=False)
    summarise(run)
    assert written(run) == first


def test_values_are_those_of_results_csv(tmp_path):
    run = write_run(tmp_path / "run")
    summarise(run)
    results = pd.read_csv(run / "results.csv").set_index(["model", "split"])
    intervals = pd.read_csv(run / "intervals.csv")
    for row in intervals[intervals["images"] == "all"].itertuples():
        expected = results.loc[(row.model, row.split), row.metric]
        assert row.value == pytest.approx(expected, rel=1e-6)
    text = interval_text(intervals, "svm", "accuracy", "test")
    assert text.startswith(f"{results.loc[('svm', 'test'), 'accuracy']:.3f} [")
    assert set(pd.read_csv(run / "intervals.csv", dtype=str)["dataset"]) == {"007"}


def test_max_error_is_passed_on(tmp_path):
    run = write_run(tmp_path / "run")
    summarise(run, max_error=0.3)
    points = pd.read_csv(run / "operating_points.csv")
    assert "max error 0.3" in set(points["rule"])
    chosen = points[points["rule"] == "max error 0.3"]
    assert chosen["coverage"].max() > 0.5
    assert chosen[chosen["split"] == "neutral"]["rejected_neutral"].notna().all()


def test_thresholds_survive_the_file(tmp_path):
    run = write_run(tmp_path / "run")
    predictions = pd.read_csv(run / "predictions.csv")
    # So close to 1 that six digits would not tell them apart.
    sure = np.where(predictions["label"] == "happy", 0.999999, 0.999998)
    predictions.assign(p_happy=sure).to_csv(run / "predictions.csv", index=False)
    summarise(run)
    points = pd.read_csv(run / "operating_points.csv")
    low = points.loc[points["rule"] == "balanced", "low"]
    assert ((low > 0.999998) & (low <= 0.999999)).all()


def test_one_model_and_a_failed_one(tmp_path):
    run = write_run(tmp_path / "run", models=("svm",), failed=("cnn-small",))
    summarise(run)
    assert pd.read_csv(run / "comparisons.csv").empty
    assert set(pd.read_csv(run / "intervals.csv")["model"]) == {"svm"}


def test_no_model_at_all_leaves_headers(tmp_path):
    run = write_run(tmp_path / "run", models=("svm",), failed=("svm",))
    summarise(run)
    for name in TABLES:
        table = pd.read_csv(run / f"{name}.csv")
        assert table.empty
        assert "dataset" in table.columns


def test_folds_are_pooled_and_spread(tmp_path):
    run = write_run(tmp_path / "run", folds=3)
    summarise(run)
    assert sorted(written(run)) == sorted([*TABLES, "spread"])
    intervals = pd.read_csv(run / "intervals.csv")
    whole = intervals[(intervals["images"] == "all") & (intervals["split"] == "test")]
    assert set(whole["n"]) == {3 * SIZES["test"]}
    spread = pd.read_csv(run / "spread.csv").set_index(["model", "split", "metric"])
    results = pd.read_csv(run / "results.csv")
    units = results[(results["model"] == "svm") & (results["split"] == "test")]["accuracy"]
    row = spread.loc[("svm", "test", "accuracy")]
    assert row["n_fits"] == 3
    assert row["mean"] == pytest.approx(units.mean())
    assert row["sd"] == pytest.approx(np.std(units, ddof=1))
    points = pd.read_csv(run / "operating_points.csv")
    assert set(points.loc[points["split"] == "val", "n"]) == {3 * SIZES["val"]}


def test_of_several_seeds_scores_are_means_and_thresholds_those_of_the_first(tmp_path):
    several, one = write_run(tmp_path / "several", seeds=2), write_run(tmp_path / "one")
    summarise(several)
    summarise(one)
    for name in ("face_detection", "operating_points"):
        assert written(several)[name] == written(one)[name]
    results = pd.read_csv(several / "results.csv").groupby(["model", "split"])["roc_auc"]
    intervals = pd.read_csv(several / "intervals.csv").query("metric == 'roc_auc'")
    intervals = intervals[intervals["images"] == "all"].set_index(["model", "split"])
    assert intervals["value"].to_dict() == pytest.approx(results.mean().to_dict())
    assert (intervals["low"] < intervals["value"]).all()
    summary = pd.read_csv(several / "summary.csv").set_index("model")
    assert set(summary["n_seeds"]) == {2}
    own = pd.read_csv(several / "results.csv").query("split == 'test' and model == 'svm'")
    assert summary.loc["svm", "accuracy"] == pytest.approx(own["accuracy"].mean())
    assert summary.loc["svm", "accuracy_sd"] == pytest.approx(own["accuracy"].std())
    compared = pd.read_csv(several / "comparisons.csv").query("split == 'test'").iloc[0]
    means = summary["accuracy"]
    assert compared["difference"] == pytest.approx(
        means[compared["model"]] - means[compared["against"]]
    )
    assert set(pd.read_csv(several / "spread.csv")["n_fits"]) == {2}


def test_an_old_spread_is_removed(tmp_path):
    run = write_run(tmp_path / "run")
    (run / "spread.csv").write_text("old")
    summarise(run)
    assert not (run / "spread.csv").exists()


def test_face_detection(tmp_path):
    run = write_run(tmp_path / "run")
    summarise(run)
    table = pd.read_csv(run / "face_detection.csv")
    assert table[["split", "label", "n", "n_face_found"]].to_numpy().tolist() == [
        ["neutral", "neutral", 10, 7],
        ["test", "happy", 20, 18],
        ["test", "sad", 10, 9],
        ["val", "happy", 26, 24],
        ["val", "sad", 14, 13],
    ]
    assert table["detection_rate"].tolist() == pytest.approx([0.7, 0.9, 0.9, 24 / 26, 13 / 14])


def test_empty_tables_have_their_columns():
    results = pd.DataFrame(columns=pd.Index(RESULT_COLUMNS))
    predictions = pd.DataFrame(columns=pd.Index(PREDICTION_COLUMNS))
    assert list(spread_table(results).columns)[-1] == "n_fits"
    assert list(face_detection_table(predictions).columns)[-1] == "detection_rate"
