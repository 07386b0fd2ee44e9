"""What the shipped models make of faces that are neither happy nor sad."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.model_card.neither_table import (
    COVERAGES,
    default_of,
    default_rows,
    neither_lines,
    neither_table,
)
from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.evaluation.neutral_band import COVERAGE, choose_neutral_band

MIDDLE = {"happy": 0.85, "sad": 0.2, "neutral": 0.45, "angry": 0.4}


def faces(split: str, seed: int, n: int, *labels: str) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    label = np.repeat(labels, n)
    p = np.clip(rng.normal([MIDDLE[one] for one in label], 0.15), 0, 1)
    axes = {"model": "m", "dataset": "set", "split": split}
    return pd.DataFrame({"label": label, "p_happy": p}).assign(**axes)


FOLDS = faces("val", 0, 300, "happy", "sad")
VAL = faces("val neither", 1, 200, "neutral", "angry")
TEST = faces("test", 2, 100, "happy", "sad")
TEST_NEITHER = faces("test neither", 3, 50, "neutral", "angry")
ELSEWHERE = faces("test", 4, 30, "sad").assign(dataset="other")


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return neither_table(FOLDS, pd.concat([ELSEWHERE, VAL, TEST, TEST_NEITHER]))


def test_a_row_for_each_coverage_each_kept_to(table):
    assert tuple(table["least_coverage"]) == COVERAGES
    assert list(table.columns) == list(columns_of("shipped/neither"))
    assert (table["coverage"] >= table["least_coverage"]).all()
    assert table["rejected_neutral"].is_monotonic_decreasing


def test_thresholds_are_chosen_on_val_and_tried_on_the_test_part_of_the_same_set(table):
    (row,) = default_rows(table).to_dict("records")
    assert (row["n"], row["n_neutral"]) == (600, 200)
    assert (row["n_test"], row["n_test_neutral"], row["n_test_other"]) == (200, 50, 50)
    chosen = pd.concat([FOLDS, VAL[VAL["label"] == "neutral"]])
    band = choose_neutral_band(chosen["label"].tolist(), chosen["p_happy"].tolist(), COVERAGE)
    assert RejectBand(row["low"], row["high"]) == band
    for prefix, own in (("", pd.concat([FOLDS, VAL])), ("test_", pd.concat([TEST, TEST_NEITHER]))):
        unsure = band.predict(own["p_happy"].to_numpy()) == "unsure"
        asked = own["label"].isin(["happy", "sad"])
        assert row[f"{prefix}coverage"] == pytest.approx(1 - unsure[asked].mean())
        for kind, label in (("sad", "sad"), ("neutral", "neutral"), ("other", "angry")):
            assert row[f"{prefix}rejected_{kind}"] == unsure[own["label"] == label].mean()


def test_the_entry_of_the_card(table):
    (row,) = default_rows(table).to_dict("records")
    entry = default_of(row)
    assert list(entry) == ["low", "high", "coverage", "rejected"]
    assert entry["rejected"]["neutral"] == row["rejected_neutral"]
    assert "other" not in default_of(row | {"rejected_other": float("nan")})["rejected"]


def test_a_line_a_model_for_the_card(table):
    header, line = neither_lines(table)
    assert header[-4:] == ["unsure: happy", "unsure: sad", "unsure: neutral", "unsure: other"]
    assert line[0] == "`m`"
    assert len(line) == len(header)
    assert neither_lines(table.assign(test_rejected_other=np.nan))[1][-1] == "-"


def test_without_neutral_faces_there_is_nothing_to_choose_by():
    only_angry = VAL[VAL["label"] == "angry"]
    assert len(neither_table(FOLDS, pd.concat([TEST, only_angry]))) == 0
    assert list(neither_table(FOLDS, TEST).columns) == list(columns_of("shipped/neither"))
