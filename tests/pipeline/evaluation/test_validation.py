"""What a user hands in, checked: one sentence for each mistake."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from happysad.pipeline.evaluation.validation import check_predictions
from happysad.utils.errors import UserError


def test_arrays_come_out():
    labels = pd.Series(["happy", "sad"], index=[7, 3])
    happy, p, predicted = check_predictions(labels, [1, 0.25])
    assert happy.tolist() == predicted.tolist() == [True, False]
    assert p.dtype == np.float64
    assert p.tolist() == [1.0, 0.25]
    own = np.array(["sad", "sad"], dtype=object)
    assert check_predictions(labels, np.float32([0, 1]), own).predicted.tolist() == [False, False]


def test_rejected():
    for labels, p, message in [
        (["happy"], [0.5, 0.5], "y_true holds 1 labels and p_happy 2 numbers"),
        ([], [], "nothing to evaluate"),
        (["neutral"], [0.5], "y_true holds the label 'neutral'"),
        (["sad"], [float("nan")], "NaN"),
        (["sad"], [1.5], "from 0 to 1"),
        (["sad"], [[0.5]], "shape"),
        (["sad"], ["x"], "not a number"),
    ]:
        with pytest.raises(UserError, match=message):
            check_predictions(labels, p)
    with pytest.raises(UserError, match="y_true holds 1 labels and y_pred 2 labels"):
        check_predictions(["sad"], [0.5], ["sad", "sad"])
