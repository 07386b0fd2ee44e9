"""Where the shipped models say "unsure"."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from happysad.experiments.reporting.model_card.threshold_table import (
    threshold_lines,
    threshold_table,
)
from happysad.experiments.shipping.fits import FOLDS, SHIPPED
from happysad.pipeline.evaluation.abstention import RejectBand, choose_reject_band


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    parts = []
    for condition, dataset, n in (
        (FOLDS, "big", 2000),
        (SHIPPED, "small", 90),
        (SHIPPED, "big", 500),
    ):
        p = rng.beta(0.4, 0.4, n)
        label = np.where(rng.random(n) < p, "happy", "sad")
        parts.append(pd.DataFrame({"label": label, "p_happy": p}).assign(
            condition=condition, dataset=dataset, model="m"))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def test_chosen_on_the_folds_and_tried_on_the_test_part_of_the_same_set(answers):
    table = threshold_table(answers)
    assert set(table["dataset"]) == {"big"}
    assert set(table["n"]) == {2000}
    folds = answers[(answers["condition"] == FOLDS) & (answers["dataset"] == "big")]
    test = answers[(answers["condition"] == SHIPPED) & (answers["dataset"] == "big")]
    row = table[table["max_error"] == 0.1].iloc[0]
    band = choose_reject_band(folds["label"].tolist(), folds["p_happy"].tolist(), 0.1)
    assert RejectBand(row["low"], row["high"]) == band
    said = band.answer(test["p_happy"].to_numpy())
    assert row["test_coverage"] == (said != "unsure").mean()
    assert row["wrong_happy"] == (test["label"][said == "happy"] == "sad").mean()
    assert row["unsure_sad"] == (said[test["label"] == "sad"] == "unsure").mean()


def test_lines_for_readers(answers):
    lines = threshold_lines(threshold_table(answers))
    assert all(len(line) == len(lines[0]) for line in lines)
    assert lines[-1][:2] == ["`m`", "0.1"]


def test_without_a_test_part_there_is_a_dash(answers):
    folds = answers[answers["condition"] == FOLDS]
    assert threshold_lines(threshold_table(folds))[-1][-1] == "-"


def test_too_few_faces_give_a_table_without_rows(answers):
    few = answers[answers["condition"] == FOLDS].head(6)
    assert len(threshold_table(few)) == 0
    assert len(threshold_lines(threshold_table(few))) == 1
