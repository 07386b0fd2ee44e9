"""scikit-learn's SVC with a small file."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.svm import SVC

from happysad.pipeline.estimators.svc import CompactSVC


@pytest.fixture(scope="module")
def data():
    """300 rows of 40 columns in two clouds that overlap, and 1,500 others to ask about."""
    rng = np.random.default_rng(0)
    labels = np.where(np.arange(300) % 3 == 0, "happy", "sad")
    rows = rng.normal(size=(300, 40)) / 6 + 0.1 * (labels == "happy")[:, None]
    return rows.astype(np.float32), labels, (rng.normal(size=(1500, 40)) / 6).astype(np.float32)


@pytest.fixture(scope="module")
def fitted(data):
    rows, labels, _ = data
    return CompactSVC(C=2.0, gamma=1.0).fit(rows, labels)


def test_scores_are_libsvms_of_the_same_support_vectors(fitted, data):
    ours = fitted.decision_function(data[2])
    wide = pickle.loads(pickle.dumps(fitted))
    wide.support_vectors_ = wide.support_vectors_.astype(np.float64)
    theirs = SVC.decision_function(wide, data[2])
    assert ours.shape == (1500,)
    assert ours.dtype == np.float64
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6 * np.abs(theirs).max())
    np.testing.assert_array_equal(fitted.predict(data[2]), np.where(theirs > 0, "sad", "happy"))


def test_rounding_the_support_vectors_changes_little(fitted, data):
    rows, labels, others = data
    plain = SVC(C=2.0, gamma=1.0).fit(rows, labels)
    assert isinstance(fitted, SVC)
    np.testing.assert_array_equal(fitted.support_, plain.support_)
    np.testing.assert_allclose(fitted.support_vectors_, plain.support_vectors_, rtol=2**-11)
    apart = np.abs(fitted.decision_function(others) - plain.decision_function(others))
    assert 0 < apart.max() < 1e-3


def test_the_file_is_smaller_and_answers_alike(fitted, data, tmp_path):
    rows, labels, others = data
    small = pickle.dumps(fitted)
    assert len(small) < 0.4 * len(pickle.dumps(SVC(C=2.0, gamma=1.0).fit(rows, labels)))
    copy = pickle.loads(small)
    np.testing.assert_array_equal(copy.decision_function(others), fitted.decision_function(others))
    np.testing.assert_array_equal(copy.predict(others), fitted.predict(others))
    assert copy.support_vectors_.dtype == fitted.support_vectors_.dtype == np.float32
    assert pickle.dumps(copy) == small or len(pickle.dumps(copy)) == len(small)


@pytest.mark.parametrize(
    "settings", [{"kernel": "linear"}, {"kernel": "poly"}, {"gamma": "auto"}, {"gamma": "scale"}]
)
def test_other_settings_are_libsvms_too(settings, data):
    rows, labels, others = data
    model = CompactSVC(**settings).fit(rows, labels)
    answers = model.decision_function(others)
    np.testing.assert_array_equal(model.predict(others) == "sad", answers > 0)
    model.support_vectors_ = model.support_vectors_.astype(np.float64)
    theirs = SVC.decision_function(model, others)
    np.testing.assert_allclose(answers, theirs, rtol=1e-5, atol=1e-5)


def test_three_classes_and_sparse_rows_go_the_usual_way(data):
    rows, _, others = data
    labels = np.array(["a", "b", "c"])[np.arange(300) % 3]
    model = CompactSVC(gamma=1.0).fit(rows, labels)
    assert model.decision_function(others).shape == (1500, 3)
    sparse = CompactSVC(gamma=1.0).fit(csr_array(rows), labels == "a")
    dense = SVC(gamma=1.0).fit(rows, labels == "a")
    expected = dense.decision_function(others)
    np.testing.assert_allclose(sparse.decision_function(csr_array(others)), expected, atol=1e-6)
    assert pickle.loads(pickle.dumps(sparse)).predict(csr_array(others[:3])).shape == (3,)


def test_numpys_strictest_settings_and_read_only_rows(fitted, data):
    rows, labels, others = (array.copy() for array in data)
    far = np.concatenate([others, others + 100])  # whose kernel is far below the smallest number
    for array in (rows, labels, far):
        array.setflags(write=False)
    with np.errstate(all="raise"):
        strict = clone(fitted).fit(rows, labels)
        strict = pickle.loads(pickle.dumps(strict))
        scores = strict.decision_function(far)
    np.testing.assert_array_equal(scores, fitted.decision_function(far))
    np.testing.assert_allclose(scores[1500:], fitted.intercept_[0])
    assert fitted.decision_function(others[:1]) == pytest.approx(scores[0], rel=1e-6)
