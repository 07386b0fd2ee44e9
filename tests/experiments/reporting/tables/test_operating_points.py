"""operating_points.csv: chosen on the validation part, measured on all."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.tables.operating_points import (
    measure,
    operating_points,
)
from happysad.pipeline.evaluation.abstention import RejectBand, choose_reject_band, choose_threshold


def answers(split: str, n: int = 600, seed: int = 0, model: str = "a") -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    label = np.where(rng.random(n) < 0.6, "happy", "sad")
    score = rng.normal(np.where(label == "happy", 1.8, -1.0), 1.0)
    if split == "neutral":
        label, score = np.full(n, "neutral"), rng.normal(0.2, 1, n)
    p = (1 / (1 + np.exp(-3 * score))).round(6)
    return pd.DataFrame(
        {"dataset": "d", "split": split, "model": model, "label": label, "p_happy": p}
    )


@pytest.fixture
def frame():
    parts = [answers("val", seed=1), answers("test", seed=2), answers("neutral", seed=3)]
    return pd.concat(parts, ignore_index=True)


def test_measured_by_hand():
    part = pd.DataFrame(
        {
            "label": ["happy"] * 5 + ["sad"] * 4,
            "p_happy": [0.9, 0.9, 0.8, 0.5, 0.1, 0.1, 0.1, 0.6, 0.85],
        }
    )
    found = measure(part, RejectBand(0.2, 0.8))
    assert found == pytest.approx(
        {
            "n": 9, "coverage": 7 / 9, "error": 2 / 7, "recall_happy": 3 / 4, "recall_sad": 2 / 3,
            "balanced_accuracy": (3 / 4 + 2 / 3) / 2, "rejected_happy": 1 / 5,
            "rejected_sad": 1 / 4, "rejected_neutral": math.nan,
        },
        nan_ok=True,
    )  # fmt: skip


def test_neutral_faces_have_nothing_but_refusals():
    part = pd.DataFrame({"label": ["neutral"] * 4, "p_happy": [0.1, 0.5, 0.6, 0.9]})
    found = measure(part, RejectBand(0.2, 0.8))
    assert (found["coverage"], found["rejected_neutral"]) == (0.5, 0.5)
    others = set(found) - {"n", "coverage", "rejected_neutral"}
    assert all(math.isnan(found[name]) for name in others)


@pytest.mark.filterwarnings("error")
def test_all_refused():
    found = measure(answers("test", 20), RejectBand(0.0, 1.01))
    assert found["coverage"] == 0
    assert found["rejected_happy"] == found["rejected_sad"] == 1
    assert math.isnan(found["error"])


def test_three_rules_for_every_part_and_model(frame):
    both = pd.concat([frame, frame.assign(model="b")])
    table = operating_points(both, 0.02)
    assert list(table.columns) == list(columns_of("operating_points"))
    assert len(table) == 3 * 3 * 2
    assert table["rule"].tolist()[:3] == ["0.5", "balanced", "max error 0.02"]
    assert set(operating_points(frame, 0.005)["rule"]) == {"0.5", "balanced", "max error 0.005"}


def test_thresholds_come_from_the_validation_part(frame):
    val = frame[frame["split"] == "val"]
    table = operating_points(frame, 0.02).set_index(["split", "rule"])
    threshold = choose_threshold(val["label"], val["p_happy"])
    band = choose_reject_band(val["label"], val["p_happy"], 0.02)
    for split in ("val", "test", "neutral"):
        assert table.loc[(split, "0.5"), ["low", "high"]].tolist() == [0.5, 0.5]
        assert table.loc[(split, "balanced"), ["low", "high"]].tolist() == [threshold] * 2
        assert table.loc[(split, "max error 0.02"), ["low", "high"]].tolist() == [
            band.low,
            band.high,
        ]
    row = table.loc[("test", "max error 0.02")]
    assert 0.3 < row["coverage"] < 1
    assert row["error"] < table.loc[("test", "0.5"), "error"] / 2
    assert table.loc[("neutral", "max error 0.02"), "rejected_neutral"] > row["rejected_happy"]


def test_another_test_part_does_not_move_them(frame):
    other = frame[frame["split"] != "test"]
    other = pd.concat([other, answers("test", seed=9)])
    columns = ["model", "rule", "split", "low", "high"]
    assert operating_points(other, 0.02)[columns].equals(operating_points(frame, 0.02)[columns])


def test_without_a_validation_part_one_rule_is_left(frame):
    table = operating_points(frame[frame["split"] == "test"], 0.02)
    assert table["rule"].tolist() == ["0.5"]


def test_a_training_part_is_not_reported(frame):
    with_train = pd.concat([frame, answers("train")])
    assert operating_points(with_train, 0.02).equals(operating_points(frame, 0.02))


def test_nothing_gives_the_header():
    assert list(operating_points(answers("test", 0), 0.02).columns) == list(
        columns_of("operating_points")
    )
