"""The probability of happy by its name, not by its place."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from happysad.pipeline.estimators.p_happy import predict_p_happy


@pytest.mark.parametrize("classes", [["happy", "sad"], ["sad", "happy"]])
def test_the_column_is_that_of_happy(classes):
    model = LogisticRegression().fit([[0.0], [1.0]], ["sad", "happy"])
    order = [list(model.classes_).index(label) for label in classes]

    class Reordered:
        classes_ = np.array(classes, object)

        def predict_proba(self, X):
            return model.predict_proba(X)[:, order].astype(np.float32)

    p = predict_p_happy(Reordered(), [[0.0], [0.4], [1.0]])
    assert p.dtype == np.float64
    np.testing.assert_allclose(p, model.predict_proba([[0.0], [0.4], [1.0]])[:, 0], rtol=1e-6)
    assert p[0] < 0.5 < p[2]


def test_a_model_without_happy_is_an_error():
    model = LogisticRegression().fit([[0.0], [1.0]], ["angry", "sad"])
    with pytest.raises(ValueError, match="happy"):
        predict_p_happy(model, [[0.0]])
