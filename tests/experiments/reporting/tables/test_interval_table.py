"""intervals.csv: the values are the scores of the images named, the intervals hold them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.tables.interval_table import (
    interval_table,
    interval_text,
)
from happysad.pipeline.evaluation.metrics import SCORES, evaluate


def answers(n: int = 60, leaked: int = 0, missed: int = 0, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    label = np.where(np.arange(n) % 5 < 3, "happy", "sad")
    p = np.clip(rng.normal(np.where(label == "happy", 0.7, 0.3), 0.3), 0, 1)
    return pd.DataFrame(
        {
            "dataset": "d", "split": "test", "model": "a", "fold": 0,
            "image": [f"{i}.png" for i in range(n)], "label": label, "group": "",
            "leaked": ["yes"] * leaked + [""] * (n - leaked),
            "face": ["full_frame"] * missed + ["detected"] * (n - missed),
            "predicted": np.where(p >= 0.5, "happy", "sad"), "p_happy": p,
        }
    )  # fmt: skip


def test_every_score_of_all_images():
    frame = answers()
    table = interval_table(frame)
    assert list(table.columns) == list(columns_of("intervals"))
    assert table["metric"].tolist() == list(SCORES)
    assert set(table["images"]) == {"all"}
    assert set(table["n"]) == {60}
    scores = evaluate(frame["label"], frame["p_happy"])
    assert table["value"].tolist() == [scores[name] for name in SCORES]
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
    assert (table["low"] < table["high"]).all()


def test_the_answers_are_those_that_were_given():
    frame = answers()
    opposite = frame.assign(predicted=np.where(frame["p_happy"] >= 0.5, "sad", "happy"))
    given, other = (interval_table(x).set_index("metric") for x in (frame, opposite))
    for before, after in (("value", "value"), ("low", "high"), ("high", "low")):
        expected = 1 - given.loc["accuracy", before]
        assert other.loc["accuracy", after] == pytest.approx(expected)


def test_kinds_of_images_where_there_are_both():
    frame = answers(leaked=12, missed=20)
    table = interval_table(frame)
    accuracy = table[table["metric"] == "accuracy"].set_index("images")
    assert accuracy["n"].to_dict() == {
        "all": 60, "leaked": 12, "not leaked": 48, "face found": 40, "no face found": 20,
    }  # fmt: skip
    right = (frame["predicted"] == frame["label"]).to_numpy()
    assert accuracy.loc["leaked", "value"] == right[:12].mean()
    assert accuracy.loc["not leaked", "value"] == right[12:].mean()
    assert accuracy.loc["no face found", "value"] == right[:20].mean()
    assert len(table[table["images"] != "all"]) == 4 * len(SCORES)
    assert set(interval_table(answers(leaked=60, missed=60))["images"]) == {"all"}


def test_models_are_resampled_alike():
    frame = answers()
    both = pd.concat([frame, frame.assign(model="b")])
    table = interval_table(both).drop(columns="model")
    one, two = table.iloc[: len(SCORES)], table.iloc[len(SCORES) :]
    assert one.equals(two.reset_index(drop=True))


def test_persons_make_it_wider():
    frame = answers(200)
    copies = pd.concat([frame.assign(group=frame["image"])] * 4)
    by_person = interval_table(copies).set_index("metric").loc["accuracy"]
    by_image = interval_table(copies.assign(group="", image=range(800)))
    by_image = by_image.set_index("metric").loc["accuracy"]
    assert by_person["high"] - by_person["low"] > 1.5 * (by_image["high"] - by_image["low"])


def test_faces_of_neither_class_are_not_scored():
    frame = answers()
    neutral = frame.assign(split="neutral", label="neutral")
    assert interval_table(pd.concat([frame, neutral])).equals(interval_table(frame))


@pytest.mark.filterwarnings("error")
def test_few_images_and_none():
    table = interval_table(answers(1)).set_index("metric")
    assert table.loc["accuracy", "value"] in (0, 1)
    assert table[["low", "high"]].isna().all(axis=None)
    assert interval_table(answers(0)).empty
    assert list(interval_table(answers(0)).columns) == list(columns_of("intervals"))


def test_text():
    row = {"split": "test", "model": "a", "images": "all", "metric": "accuracy"}
    table = pd.DataFrame(
        [
            {**row, "value": 0.9331, "low": 0.92, "high": 0.94461},
            {**row, "images": "leaked", "value": 1.0, "low": float("nan"), "high": float("nan")},
            {**row, "metric": "roc_auc", "value": float("nan"), "low": 0, "high": 1},
        ]
    )
    assert interval_text(table, "a", "accuracy", "test") == "0.933 [0.920, 0.945]"
    assert interval_text(table, "a", "accuracy", "test", "leaked") == "1.000"
    assert interval_text(table, "a", "roc_auc", "test") == ""
    assert interval_text(table, "a", "accuracy", "val") == ""
    assert interval_text(table, "b", "accuracy", "test") == ""
