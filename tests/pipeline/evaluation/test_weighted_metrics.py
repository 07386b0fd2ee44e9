"""Scores of weighted images are those of the images written out as often as they count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from happysad.pipeline.evaluation.metrics import SCORES, evaluate
from happysad.pipeline.evaluation.weighted_metrics import weighted_scores


def written_out(truth, p, guess, weights):
    """``evaluate`` for the images repeated by one row of whole weights."""
    rows = np.repeat(np.arange(len(truth)), weights.astype(int))
    labels, answers = (np.where(x[rows], "happy", "sad") for x in (truth, guess))
    return evaluate(labels, p[rows], answers)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_as_evaluate(data):
    n = data.draw(st.integers(1, 12))
    whole = st.integers(0, 3)
    truth, guess = (
        np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n))) for _ in range(2)
    )
    # Few values, so that there are ties, and the ends of bins.
    p = np.array(data.draw(st.lists(st.integers(0, 15), min_size=n, max_size=n))) / 15
    weights = np.array(
        [data.draw(st.lists(whole, min_size=n, max_size=n).filter(any)) for _ in range(3)], float
    )
    found = weighted_scores(truth, p, guess, weights)
    assert tuple(found) == SCORES
    for i, row in enumerate(weights):
        expected = written_out(truth, p, guess, row)
        for name in SCORES:
            assert found[name][i] == pytest.approx(expected[name], abs=1e-12, nan_ok=True), name


def test_ties_are_half_a_win():
    truth, p = np.array([True, False, False]), np.array([0.5, 0.5, 0.1])
    weights = np.array([[1, 1, 1], [1, 1, 3], [2, 2, 0]], float)
    found = weighted_scores(truth, p, p >= 0.5, weights)["roc_auc"]
    assert found.tolist() == pytest.approx([(0.5 + 1) / 2, (0.5 + 3) / 4, 0.5])


def test_a_resample_of_one_class():
    truth, p = np.array([True, False]), np.array([0.9, 0.8])
    found = weighted_scores(truth, p, p >= 0.5, np.array([[2.0, 0.0], [0.0, 2.0]]))
    assert np.isnan(found["roc_auc"]).all()
    assert found["balanced_accuracy"].tolist() == [1, 0]
    assert found["recall_macro"].tolist() == [0.5, 0]
