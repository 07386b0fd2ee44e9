"""What is known of the shipped models, from a run's predictions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from happysad.experiments.reporting.model_card.per_dataset_tables import (
    FOLDS,
    METRICS,
    SHIPPED,
    data_table,
    reliability_table,
    score_table,
    shipped_lines,
    threshold_table,
)
from happysad.pipeline.evaluation.abstention import RejectBand, choose_reject_band
from happysad.pipeline.evaluation.metrics import evaluate

PARTS = [
    (FOLDS, "forty", "val", 30), (SHIPPED, "forty", "test", 10),
    (SHIPPED, "news grey", "test", 36), (SHIPPED, "news small colour", "test", 36),
]  # fmt: skip


@pytest.fixture(scope="module")
def predictions() -> pd.DataFrame:
    """Those of two models to the parts of a run of ``ship``."""
    rng = np.random.default_rng(0)
    parts = []
    for model in ("landmarks-svm", "hog-svm"):
        for condition, dataset, split, n in PARTS:
            label = np.where(np.arange(n) % 2, "happy", "sad")
            p = np.clip(rng.normal(np.where(label == "happy", 0.7, 0.3), 0.2), 0, 1)
            part = pd.DataFrame({"label": label, "p_happy": p, "image": np.arange(n).astype(str)})
            part["predicted"] = np.where(p >= 0.5, "happy", "sad")
            axes = {"condition": condition, "dataset": dataset, "split": split, "model": model}
            parts.append(part.assign(**axes, group="", leaked="", face="detected"))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def many() -> pd.DataFrame:
    """Enough faces to choose thresholds on."""
    rng = np.random.default_rng(0)
    parts = []
    for condition, dataset, n in (
        (FOLDS, "big", 2000),
        (SHIPPED, "small", 90),
        (SHIPPED, "big", 500),
    ):
        p = rng.beta(0.4, 0.4, n)
        label = np.where(rng.random(n) < p, "happy", "sad")
        part = pd.DataFrame({"label": label, "p_happy": p})
        parts.append(part.assign(condition=condition, dataset=dataset, model="m"))
    return pd.concat(parts, ignore_index=True)


def test_scores_are_those_of_the_pooled_answers(predictions):
    table = score_table(predictions)
    assert set(table["metric"]) == set(METRICS)
    of_folds = (predictions["model"] == "hog-svm") & (predictions["condition"] == "cross-validated")
    part = predictions[of_folds]
    row = table[
        (table["model"] == "hog-svm")
        & (table["condition"] == "cross-validated")
        & (table["metric"] == "balanced_accuracy")
        & (table["images"] == "all")
    ].iloc[0]
    expected = evaluate(part["label"].tolist(), part["p_happy"].tolist())["balanced_accuracy"]
    assert row["value"] == pytest.approx(expected)
    assert row["low"] <= row["value"] <= row["high"]
    assert row["n"] == len(part) == 30


def test_with_and_without_leaked_images(predictions):
    own = predictions[(predictions["model"] == "hog-svm") & (predictions["dataset"] == "forty")]
    test = own["condition"] == "shipped"
    leaked = own["leaked"].where(~test, ["yes" if i % 2 else "" for i in range(len(own))])
    table = score_table(own.assign(leaked=leaked, face="detected"))
    counts = table[table["condition"] == "shipped"].drop_duplicates("images")
    assert dict(zip(counts["images"], counts["n"], strict=True)) == {
        "all": 10, "leaked": 5, "not leaked": 5,
    }  # fmt: skip
    assert set(table.loc[table["condition"] == "cross-validated", "images"]) == {"all"}


def test_what_was_tested_on(predictions):
    table = data_table(predictions).set_index(["condition", "dataset", "split"])
    row = table.loc[("shipped", "forty", "test")]
    assert (row["n"], row["n_happy"], row["n_sad"], row["n_groups"]) == (10, 5, 5, 10)
    assert table.loc[("shipped", "news small colour", "test"), "n_sad"] == 18
    assert len(table) == 4


def test_shares_of_happy_faces_in_fifths(predictions):
    table = reliability_table(predictions)
    own = table[(table["model"] == "hog-svm") & (table["dataset"] == "forty")]
    assert own.groupby("condition")["n"].sum().to_dict() == {"cross-validated": 30, "shipped": 10}


def test_a_line_for_each_model_and_set_of_images(predictions):
    lines = shipped_lines(score_table(predictions))
    assert [line[:2] for line in lines[1:5]] == [["hog-svm", "shipped"]] * 3 + [
        ["hog-svm", "cross-validated"]
    ]
    assert len(lines) == 1 + 2 * 4
    assert all(line[4].endswith("]") for line in lines[1:])


def test_thresholds_are_chosen_on_the_folds_and_tried_on_the_test_part_of_the_same_set(many):
    table = threshold_table(many)
    assert set(table["dataset"]) == {"big"}
    assert set(table["n"]) == {2000}
    folds = many[(many["condition"] == FOLDS) & (many["dataset"] == "big")]
    test = many[(many["condition"] == SHIPPED) & (many["dataset"] == "big")]
    row = table[table["max_error"] == 0.1].iloc[0]
    band = choose_reject_band(folds["label"].tolist(), folds["p_happy"].tolist(), 0.1)
    assert RejectBand(row["low"], row["high"]) == band
    predicted = band.predict(test["p_happy"].to_numpy())
    assert row["n_test"] == 500
    assert row["test_coverage"] == (predicted != "unsure").mean()
    assert row["test_fdr_happy"] == (test["label"][predicted == "happy"] == "sad").mean()
    assert row["test_rejected_sad"] == (predicted[test["label"] == "sad"] == "unsure").mean()


def test_thresholds_without_a_test_part_and_with_too_few_faces(many):
    folds = many[many["condition"] == FOLDS]
    assert threshold_table(folds)[["test_coverage", "test_fdr_happy"]].isna().all(axis=None)
    assert len(threshold_table(folds.head(6))) == 0
