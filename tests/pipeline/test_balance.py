"""Classes of unequal size: the rarer one gets the weight of the other, in training only."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

from happysad.features.errors import UserError
from happysad.pipeline.balance import BalancedClassifier, _folds_of_originals


@pytest.fixture(scope="module")
def skewed() -> tuple[np.ndarray, np.ndarray]:
    """One informative column, 20 happy to 1 sad, the classes overlapping."""
    rng = np.random.default_rng(0)
    y = np.array(["happy"] * 400 + ["sad"] * 20)
    x = np.where(y == "happy", 1.0, -1.0) + rng.normal(0, 1.2, len(y))
    return x[:, None], y


@pytest.fixture(scope="module")
def even() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    y = np.array(["happy", "sad"] * 1000)
    return (np.where(y == "happy", 1.0, -1.0) + rng.normal(0, 1.2, len(y)))[:, None], y


def recalls(model, data) -> dict[str, float]:
    X, y = data
    return {c: float((model.predict(X)[y == c] == c).mean()) for c in ("happy", "sad")}


def svm() -> CalibratedClassifierCV:
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    return CalibratedClassifierCV(SVC(gamma=0.1), cv=folds, ensemble=False)


@pytest.mark.parametrize("how", ["class-weight", "oversample"])
@pytest.mark.parametrize("inner", [LogisticRegression(), svm()], ids=["logreg", "svm"])
def test_the_rare_class_is_found(skewed, even, inner, how):
    plain = recalls(clone(inner).fit(*skewed), even)
    balanced = recalls(BalancedClassifier(inner, how, random_state=0).fit(*skewed), even)
    assert plain["sad"] < 0.5
    assert balanced["sad"] > plain["sad"] + 0.2
    assert abs(balanced["sad"] - balanced["happy"]) < 0.2


@pytest.mark.parametrize("how", ["class-weight", "oversample"])
def test_probabilities_are_those_of_even_classes(skewed, even, how):
    model = BalancedClassifier(svm(), how, random_state=0).fit(*skewed)
    p_happy = model.predict_proba(even[0])[:, list(model.classes_).index("happy")]
    assert abs(p_happy.mean() - 0.5) < 0.1


def test_copies_of_a_face_stay_in_one_calibration_fold(skewed):
    _, y = skewed
    model = BalancedClassifier(svm(), "oversample", random_state=0)
    rows = model._oversampled(y)
    assert sorted(np.unique(rows)) == list(range(len(y)))
    assert np.sum(y[rows] == "sad") == np.sum(y[rows] == "happy") == 400
    folds = _folds_of_originals(svm().cv, y, rows)
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(len(rows)))
    for train, test in folds:
        assert not set(rows[train]) & set(rows[test])


def test_even_classes_change_nothing(even):
    plain = LogisticRegression().fit(*even)
    for how in ("class-weight", "oversample"):
        model = BalancedClassifier(LogisticRegression(), how, random_state=0).fit(*even)
        np.testing.assert_allclose(model.predict_proba(even[0]), plain.predict_proba(even[0]))


def test_the_draw_follows_the_random_state(skewed):
    rows = [
        BalancedClassifier(svm(), "oversample", state)._oversampled(skewed[1])
        for state in (0, 0, 1)
    ]
    np.testing.assert_array_equal(rows[0], rows[1])
    assert list(rows[0]) != list(rows[2])


def test_another_word_is_refused(skewed):
    with pytest.raises(UserError, match="how = 'smote' is none of class-weight, oversample"):
        BalancedClassifier(LogisticRegression(), "smote").fit(*skewed)
