"""Classes of unequal size: the rarer one gets the weight of the other, in training only."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from happysad.features.errors import UserError
from happysad.pipeline.balance import BalancedClassifier


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


class Seen(LogisticRegression):
    """Remembers what it was fitted on."""

    def fit(self, X, y, sample_weight=None):
        self.seen_ = X, y, sample_weight
        return super().fit(X, y, sample_weight)


class SeenNeighbors(KNeighborsClassifier):
    """The same of a classifier that knows no weights."""

    def fit(self, X, y):
        self.seen_ = X, y
        return super().fit(X, y)


def test_a_face_drawn_again_counts_more_and_is_there_once(skewed):
    X, y = skewed
    model = BalancedClassifier(Seen(), "oversample", random_state=0).fit(X, y)
    rows = model._oversampled(y)
    assert sorted(np.unique(rows)) == list(range(len(y)))
    seen, labels, counts = model.estimator_.seen_
    assert seen is X
    assert labels.tolist() == y.tolist()
    assert set(counts[y == "happy"]) == {1}
    assert counts[y == "sad"].min() >= 1
    assert counts[y == "sad"].sum() == 400
    assert np.std(counts[y == "sad"]) > 1  # drawn, not dealt out evenly


def test_a_classifier_without_weights_sees_a_face_as_often_as_it_was_drawn(skewed):
    X, y = skewed
    model = BalancedClassifier(SeenNeighbors(), "oversample", random_state=0).fit(X, y)
    rows = model._oversampled(y)
    np.testing.assert_array_equal(model.estimator_.seen_[0], X[rows])
    assert np.sum(model.estimator_.seen_[1] == "sad") == 400


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
