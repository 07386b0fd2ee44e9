"""What a user hands in, checked: one sentence for each mistake."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from happysad.pipeline.evaluation.validation import happy_and_p, labels_of, probabilities_of
from happysad.utils.errors import UserError


def test_arrays_come_out():
    happy, p = happy_and_p(pd.Series(["happy", "sad"], index=[7, 3]), [1, 0.25])
    assert happy.tolist() == [True, False]
    assert p.dtype == np.float64
    assert p.tolist() == [1.0, 0.25]


def test_labels_and_probabilities():
    assert labels_of(np.array(["sad"], dtype=object), "y_pred").tolist() == ["sad"]
    assert probabilities_of(np.float32([0, 1])).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("labels", "p", "words"),
    [
        (["happy"], [0.5, 0.5], "y_true holds 1 labels and p_happy 2 numbers"),
        ([], [], "nothing to look at"),
        (["neutral"], [0.5], "y_true holds the label 'neutral'"),
        (["sad"], [float("nan")], "NaN"),
        (["sad"], [1.5], "from 0 to 1"),
        (["sad"], [[0.5]], "shape"),
        (["sad"], ["x"], "not a number"),
    ],
)
def test_refused(labels, p, words):
    with pytest.raises(UserError, match=words):
        happy_and_p(labels, p)
