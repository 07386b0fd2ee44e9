"""The scores, against numbers worked out by hand."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import classification_report

from happysad.pipeline.evaluation.metrics import (
    METRICS,
    SCORES,
    bin_of,
    calibration_error,
    evaluate,
    reliability,
)
from happysad.utils.errors import UserError

TRUTH = ["happy", "happy", "happy", "happy", "sad", "sad"]
P = np.array([0.9, 0.8, 0.5, 0.1, 0.7, 0.2])  # tp 3, fn 1, fp 1, tn 1


def test_by_hand():
    expected = {
        "accuracy": 4 / 6,
        "balanced_accuracy": (3 / 4 + 1 / 2) / 2,
        "precision_happy": 3 / 4,
        "recall_happy": 3 / 4,
        "f1_happy": 3 / 4,
        "precision_sad": 1 / 2,
        "recall_sad": 1 / 2,
        "f1_sad": 1 / 2,
        "precision_macro": 5 / 8,
        "recall_macro": 5 / 8,
        "f1_macro": 5 / 8,
        # Of the 8 pairs, happy is above sad in 0.9 (2), 0.8 (2), 0.5 (1) and 0.1 (0).
        "roc_auc": 5 / 8,
        "brier": (0.01 + 0.04 + 0.25 + 0.81 + 0.49 + 0.04) / 6,
        # 0.7 and nothing else is in the eleventh of 15 bins, and so on: a face a bin.
        "calibration_error": (0.1 + 0.2 + 0.5 + 0.9 + 0.7 + 0.2) / 6,
        "tp": 3,
        "fp": 1,
        "fn": 1,
        "tn": 1,
    }
    scores = evaluate(TRUTH, P)
    assert list(scores) == list(METRICS) == list(expected)
    assert scores == pytest.approx(expected)


def test_the_class_scores_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    for n in (1, 2, 5, 200):
        truth, called = (rng.choice(["happy", "sad"], n, p=(0.7, 0.3)) for _ in range(2))
        scores = evaluate(truth, np.full(n, 0.5), called)
        report = classification_report(truth, called, output_dict=True, zero_division=0)
        assert scores["accuracy"] == np.mean(truth == called)
        for label in set(truth):
            for name in ("precision", "recall", "f1"):
                expected = report[label]["f1-score" if name == "f1" else name]
                assert scores[f"{name}_{label}"] == expected, (n, name, label)
        recalls = [report[label]["recall"] for label in set(truth)]
        assert scores["balanced_accuracy"] == np.mean(recalls)


def test_plain_numbers():
    for name, value in evaluate(TRUTH, P).items():
        assert type(value) is (int if name in {"tp", "fp", "fn", "tn"} else float), name


def test_half_is_happy():
    assert evaluate(["happy"], [0.5])["tp"] == 1
    assert evaluate(["happy"], [np.nextafter(0.5, 0)])["fn"] == 1


def test_own_answers_count_for_the_labels_and_p_for_the_rest():
    scores = evaluate(TRUTH, P, y_pred=["sad"] * 6)
    assert (scores["tp"], scores["fp"], scores["fn"], scores["tn"]) == (0, 0, 4, 2)
    assert scores["precision_happy"] == scores["f1_happy"] == 0
    assert scores["roc_auc"] == evaluate(TRUTH, P)["roc_auc"]
    assert scores["brier"] == evaluate(TRUTH, P)["brier"]
    assert scores["calibration_error"] == evaluate(TRUTH, P)["calibration_error"]


def test_scores_are_all_but_the_counts():
    assert set(METRICS) - set(SCORES) == {"tp", "fp", "fn", "tn"}
    assert list(SCORES) == [name for name in METRICS if name in SCORES]


@pytest.mark.filterwarnings("error")
def test_one_class_and_all_right():
    scores = evaluate(["happy"], [0.75])
    assert scores["accuracy"] == scores["balanced_accuracy"] == scores["f1_happy"] == 1
    assert scores["f1_sad"] == 0
    assert (scores["tp"], scores["fp"], scores["fn"], scores["tn"]) == (1, 0, 0, 0)


@pytest.mark.filterwarnings("error")
def test_one_class_only():
    for label, p in (("happy", [0.9, 0.8, 0.3, 0.1]), ("sad", [0.1, 0.2, 0.7, 0.9])):
        scores = evaluate([label] * 4, p)
        assert math.isnan(scores["roc_auc"])
        assert scores[f"recall_{label}"] == scores["balanced_accuracy"] == scores["accuracy"] == 0.5
        assert scores["recall_macro"] == 0.25
        assert scores["brier"] == pytest.approx((0.01 + 0.04 + 0.49 + 0.81) / 4)


def test_arrays_and_series():
    expected = evaluate(TRUTH, P)
    assert evaluate(np.array(TRUTH, dtype=object), P.astype(np.float32)) == pytest.approx(expected)
    assert evaluate(pd.Series(TRUTH, index=range(6, 0, -1)), pd.Series(P)) == expected


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=2, max_size=30))
def test_swapping_the_classes_swaps_the_scores(rows):
    rows += [(True, 0.25), (False, 0.75)]  # both classes are there
    truth = np.array([happy for happy, _ in rows])
    # Multiples of 1/16, so that 1 - p is exact and ties stay ties; 0.5 itself is not symmetric.
    p = np.array([round(p * 16) / 16 for _, p in rows])
    p[p == 0.5] = 0.5625
    scores = evaluate(np.where(truth, "happy", "sad"), p)
    swapped = evaluate(np.where(truth, "sad", "happy"), 1 - p)
    for name in ("precision", "recall", "f1"):
        assert scores[f"{name}_happy"] == pytest.approx(swapped[f"{name}_sad"])
    for name in ("accuracy", "balanced_accuracy", "f1_macro", "roc_auc", "brier"):
        assert scores[name] == pytest.approx(swapped[name])
    assert (scores["tp"], scores["fp"]) == (swapped["tn"], swapped["fn"])


def test_rejected():
    for arguments, message in [
        ((["happy"], [0.5, 0.6]), "y_true holds 1 labels and p_happy 2 numbers"),
        ((["happy"], [0.5], ["happy", "sad"]), "y_true holds 1 labels and y_pred 2 labels"),
        (([], []), "nothing to evaluate"),
        ((["Happy"], [0.5]), "y_true holds the label 'Happy'"),
        (([1], [0.5]), "y_true holds the label '1'"),
        ((["sad"], [0.5], ["neutral"]), "y_pred holds the label 'neutral'"),
        ((["sad"], [[0.5, 0.5]]), r"its shape is \(1, 2\)"),
        ((["sad"], [1.01]), "from 0 to 1"),
        ((["sad"], [-0.01]), "from 0 to 1"),
        ((["sad"], [math.nan]), "NaN"),
        ((["sad"], ["much"]), "not a number"),
    ]:
        with pytest.raises(UserError, match=message):
            evaluate(*arguments)


@pytest.mark.process
def test_import_is_light():
    code = "import sys, happysad.pipeline.evaluation.metrics; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_calibration_error_by_hand():
    # Two bins: in the lower mean p 0.2 and a third happy, in the upper mean p 0.8 and all happy.
    truth = ["sad", "sad", "happy", "happy", "happy"]
    p = [0.1, 0.2, 0.3, 0.7, 0.9]
    assert calibration_error(truth, p, bins=2) == pytest.approx(
        3 / 5 * (1 / 3 - 0.2) + 2 / 5 * (1 - 0.8)
    )


def test_calibrated_perfectly_and_not_at_all():
    assert calibration_error(["happy", "sad"], [1, 0]) == 0
    assert calibration_error(["happy", "sad"], [0, 1]) == 1
    assert calibration_error(["happy", "happy", "sad", "happy"], [0.75] * 4) == 0


def test_gaps_of_different_bins_do_not_cancel():
    truth = ["happy", "sad"] * 2
    assert calibration_error(truth, [0.4, 0.4, 0.6, 0.6]) == pytest.approx(0.1)
    assert calibration_error(truth, [0.4, 0.4, 0.6, 0.6], bins=1) == pytest.approx(0)


def test_bins_are_closed_below_and_the_last_above():
    assert bin_of(np.array([0, 0.0999, 0.1, 0.5, 0.95, 1.0]), 10).tolist() == [0, 0, 1, 5, 9, 9]


def test_of_faces_drawn_from_their_probabilities_the_calibration_error_falls_with_the_number():
    rng = np.random.default_rng(0)
    p = rng.random(40_000)
    truth = np.where(rng.random(40_000) < p, "happy", "sad")
    assert calibration_error(truth, p) < 0.01 < calibration_error(truth[:200], p[:200])
    assert calibration_error(truth, np.sqrt(p)) > 0.1


def test_reliability():
    truth = ["happy"] * 3 + ["sad"] * 2 + ["happy"]
    frame = reliability(truth, [0.5, 0.55, 0.6, 0.65, 0.7, 1.0], bins=4)
    names = ["low", "high", "n", "mean_p", "share_happy", "share_low", "share_high"]
    assert list(frame.columns) == names
    assert frame["low"].tolist() == [0, 0.25, 0.5, 0.75]
    assert frame["high"].tolist() == [0.25, 0.5, 0.75, 1]
    assert frame["n"].tolist() == [0, 0, 5, 1]
    assert frame.loc[0, ["mean_p", "share_happy", "share_low", "share_high"]].isna().all()
    row = frame.loc[2]
    wilson = binomtest(3, 5).proportion_ci(method="wilson")
    assert row["mean_p"] == pytest.approx(0.6)
    assert row["share_happy"] == pytest.approx(0.6)
    assert (row["share_low"], row["share_high"]) == pytest.approx((wilson.low, wilson.high))
