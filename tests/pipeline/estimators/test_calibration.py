"""Folds that keep copies together, and probabilities by them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.neighbors import KNeighborsClassifier

from happysad.pipeline.estimators.calibration import CalibratedClassifier, CopiesTogether
from happysad.pipeline.estimators.svc import CompactSVC


@pytest.fixture(scope="module")
def rows():
    """120 rows with labels of which two thirds are sad."""
    one = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32)
    labels = np.where(np.arange(60) % 3 == 0, "happy", "sad")
    return np.concatenate([one, one[:, ::-1]]), np.tile(labels, 2)


def folds(splitter, X, y):
    found = list(splitter.split(X, y))
    assert len(found) == splitter.get_n_splits(X, y)
    asked = np.concatenate([test for _, test in found])
    assert sorted(asked) == list(range(len(X)))  # each row is asked once
    for train, test in found:
        assert sorted([*train, *test]) == list(range(len(X)))
    return found


def apart(found, number):
    """Whether no two rows of one number are on both sides."""
    return not any(set(number[train]) & set(number[test]) for train, test in found)


@pytest.mark.parametrize("n_splits", [2, 3, 5])
def test_folds_are_stratified(rows, n_splits):
    X, y = rows
    for train, test in folds(CopiesTogether(n_splits), X, y):
        assert abs(len(test) - 120 / n_splits) <= 4
        for side in (train, test):
            assert (y[side] == "happy").mean() == pytest.approx(1 / 3, abs=0.08)


def test_equal_rows_are_one_face(rows):
    X, y = rows[0][:60], rows[1][:60]
    again = np.random.default_rng(1).integers(0, 60, 40)
    found = folds(CopiesTogether(), np.concatenate([X, X[again]]), [*y, *y[again]])
    assert apart(found, np.array([*range(60), *again]))


@pytest.mark.parametrize("every", [1, 2])
def test_changed_copies_are_of_the_faces_they_were(rows, every):
    one, labels = rows[0][:60], rows[1][:60]
    X, y = np.concatenate([one, one[::every] + 1]), np.array([*labels, *labels[::every]])
    number = np.array([*range(60), *range(0, 60, every)])
    assert not apart(folds(CopiesTogether(), X, y), number)
    assert apart(folds(CopiesTogether(augmented=every), X, y), number)


def test_groups_are_never_on_both_sides(rows):
    """Those of repeated rows, which follow the others, included."""
    one, labels = rows[0][:60], rows[1][:60]
    persons = np.array([f"person {i % 15}" for i in range(60)])
    again = np.flatnonzero(labels == "happy")
    X, y = np.concatenate([one, one[again]]), np.array([*labels, *labels[again]])
    number = np.array([*persons, *persons[again]])
    assert apart(folds(CopiesTogether(groups=persons), X, y), number)
    assert not apart(folds(CopiesTogether(), X, y), number)


def test_probabilities_are_learned_from_rows_not_seen(rows):
    """A classifier that knows its training rows by heart is not believed."""
    one = rows[0][:60]
    X, y = np.tile(one, (2, 1)), np.tile(np.random.default_rng(2).choice(["happy", "sad"], 60), 2)
    heart = KNeighborsClassifier(1)
    assert (heart.fit(X, y).predict(X) == y).all()
    sure = {}
    for cv in (KFold(3, shuffle=True, random_state=0), CopiesTogether()):
        p = CalibratedClassifier(heart, cv).fit(X, y).predict_proba(X)[:, 0]
        sure[type(cv).__name__] = np.abs(p - 0.5).mean()
    assert sure["CopiesTogether"] < 0.15
    assert sure["KFold"] > 0.25  # most rows have been seen, in a copy


def test_it_is_scikit_learns_with_one_classifier(rows):
    X, y = rows
    theirs = CalibratedClassifierCV(LogisticRegression(), cv=CopiesTogether(), ensemble=False)
    ours = CalibratedClassifier(LogisticRegression(), cv=CopiesTogether())
    expected = theirs.fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(ours.fit(X, y).predict_proba(X), expected)
    assert isinstance(ours, CalibratedClassifierCV)
    assert len(ours.calibrated_classifiers_) == 1
    assert set(ours.get_params(deep=False)) == {"estimator", "cv", "class_weight"}


def test_with_equal_weights_the_rarer_class_is_as_likely(rows):
    rng = np.random.default_rng(3)
    y = np.where(np.arange(600) % 6 == 0, "happy", "sad")  # one of six
    X = rng.normal(size=(600, 2)) + (y == "happy")[:, None]
    plain, even = (
        CalibratedClassifier(LogisticRegression(), CopiesTogether(), weight)
        for weight in (None, "balanced")
    )
    p, q = (clone(model).fit(X, y).predict_proba(X)[:, 0] for model in (plain, even))
    assert p.mean() == pytest.approx(1 / 6, abs=0.02)
    in_even_world = (q[y == "happy"].mean() + q[y == "sad"].mean()) / 2
    assert in_even_world == pytest.approx(0.5, abs=0.03)
    given = CalibratedClassifier(LogisticRegression(), CopiesTogether(), {"happy": 3.0, "sad": 0.6})
    np.testing.assert_allclose(given.fit(X, y).predict_proba(X)[:, 0], q, atol=1e-4)
    weights = np.where(y == "happy", 3.0, 0.6)
    np.testing.assert_allclose(plain.fit(X, y, weights).predict_proba(X)[:, 0], q, atol=1e-4)


def test_impossible_settings_are_refused(rows):
    for wrong, name in (({"class_weight": "even"}, "class_weight"), ({"cv": "three"}, "cv")):
        with pytest.raises(ValueError, match=f"'{name}' parameter of CalibratedClassifier must"):
            CalibratedClassifier(LogisticRegression(), **wrong).fit(*rows)


def test_three_classes_are_calibrated_too():
    three = make_classification(90, n_informative=5, n_classes=3, random_state=0)
    many = CalibratedClassifier(CompactSVC(), cv=3).fit(*three)
    assert many.predict_proba(three[0]).shape == (90, 3)


def test_two_persons_are_too_few_to_stay_apart(rows):
    X, y = rows
    persons = np.where(y == "happy", "anna", "ben")
    for train, _ in CopiesTogether(n_splits=3, groups=persons).split(X, y):
        assert set(y[train]) == {"happy", "sad"}
