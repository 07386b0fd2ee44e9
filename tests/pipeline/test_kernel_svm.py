"""The least-squares SVM with a kernel that does not tell a face from its mirror image."""

from __future__ import annotations

import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.pipeline import FeatureUnion

from happysad.features.hog import Hog
from happysad.features.lbp import Lbp
from happysad.features.pixels import Pixels
from happysad.pipeline import kernel_svm
from happysad.pipeline.block import PrincipalBlock
from happysad.pipeline.kernel_svm import KernelSvm, odd_columns
from happysad.pipeline.left_out import ridge_left_out


def hog_block(n_components=12, weight=1.0):
    return PrincipalBlock(Hog(8), n_components, weight, random_state=0)


def union():
    lbp = PrincipalBlock(Lbp(grid=4), 9, 0.4, random_state=0)
    return FeatureUnion([("lbp", lbp), ("hog", hog_block(weight=0.6))])


each_description = pytest.mark.parametrize(
    "describe", [hog_block(), union(), PrincipalBlock(Pixels(4), 8, random_state=0)],
    ids=["a block", "a union", "a block that knows no mirror"],
)  # fmt: skip


@pytest.fixture(scope="module")
def known(mouths):
    """60 drawn faces, two thirds of them happy."""
    return mouths(60, seed=1)


@pytest.fixture(scope="module")
def other(mouths):
    return mouths(25, seed=2)


def plain_scores(svm, faces, labels, others, mirrored, weights=None):
    """Kernel ridge regression on faces and their mirror images, by the book.

    The targets' mean is taken off and added again; a weight multiplies a face's squared error.
    """
    both, asked = (
        np.concatenate([svm.describe_.transform(faces), svm.describe_.transform(mirrored(faces))]),
        svm.describe_.transform(others).astype(np.float64),
    )
    weights = np.ones(len(faces)) if weights is None else weights
    target = np.where(labels == "sad", 1.0, -1.0)
    mean = np.average(target, weights=weights)
    inverse = np.diag(svm.alpha / np.tile(weights, 2))
    # Twice as many errors are summed, so twice the penalty is the same balance.
    kernel = rbf_kernel(both.astype(np.float64), gamma=svm.gamma)
    found = np.linalg.solve(kernel + 2 * inverse, np.tile(target - mean, 2))
    return rbf_kernel(asked, both, gamma=svm.gamma) @ found + mean


@each_description
def test_with_all_faces_as_centres_it_is_kernel_ridge_regression(describe, known, other, mirrored):
    svm = KernelSvm(describe, gamma=0.8, alpha=0.3, random_state=0).fit(*known)
    assert len(svm.centers_) == 60
    # A face whose mirror image is not known from its features counts as its own mirror image.
    turn = mirrored if svm.n_even_ < len(svm.order_) else lambda faces: faces
    expected = plain_scores(svm, *known, other[0], turn)
    np.testing.assert_allclose(svm.decision_function(other[0]), expected, atol=5e-3)
    assert expected.std() > 0.2


def test_weights_are_those_of_the_errors(known, other, mirrored):
    weights = np.random.default_rng(0).uniform(0.1, 4, 60)
    svm = KernelSvm(hog_block(), random_state=0).fit(*known, sample_weight=weights)
    expected = plain_scores(svm, *known, other[0], mirrored, weights)
    scores = svm.decision_function(other[0])
    np.testing.assert_allclose(scores, expected, atol=5e-3)
    unweighted = KernelSvm(hog_block(), random_state=0).fit(*known)
    assert np.abs(scores - unweighted.decision_function(other[0])).max() > 0.02


class Frozen(PrincipalBlock):
    """A block that is always fitted on the same faces, so that copies do not change it."""

    def fit_transform(self, X, y=None):
        super().fit_transform(FROZEN_ON[0])
        return self.transform(X)


FROZEN_ON = []


def test_a_weight_of_two_is_a_face_seen_twice(known, other):
    faces, labels = known
    FROZEN_ON[:] = [faces]
    block = Frozen(Hog(8), 12, random_state=0)
    counts = np.random.default_rng(1).integers(1, 4, 60)
    rows = np.repeat(np.arange(60), counts)
    weighted = KernelSvm(block, random_state=0).fit(faces, labels, sample_weight=counts)
    repeated = KernelSvm(block, random_state=0).fit(faces[rows], labels[rows])
    assert len(repeated.centers_) == counts.sum()
    np.testing.assert_allclose(
        weighted.decision_function(other[0]), repeated.decision_function(other[0]), atol=5e-3
    )


@each_description
def test_a_mirror_image_has_the_same_score(describe, known, other, mirrored):
    svm = KernelSvm(describe, random_state=0).fit(*known)
    scores = svm.decision_function(other[0])
    if odd_columns(svm.describe_).any():
        np.testing.assert_allclose(svm.decision_function(mirrored(other[0])), scores, atol=1e-4)
    assert scores.dtype == np.float64
    assert scores.shape == (25,)
    assert (svm.predict(other[0]) == other[1]).mean() > 0.85


def test_odd_columns_of_a_union_are_those_of_its_blocks(known):
    fitted = union().fit(known[0])
    odd = odd_columns(fitted)
    assert odd.shape == (21,)
    parts = [block.odd_ for _, block in fitted.transformer_list]
    np.testing.assert_array_equal(odd, [*parts[0], *parts[1]])
    svm = KernelSvm(union(), random_state=0).fit(*known)
    assert svm.n_even_ == (~odd).sum()
    np.testing.assert_array_equal(odd[svm.order_], sorted(odd))  # even ones first


def test_few_centres_do_nearly_as_well(known, other):
    whole = KernelSvm(hog_block(), random_state=0).fit(*known)
    some = KernelSvm(hog_block(), n_centers=30, random_state=0).fit(*known)
    assert some.centers_.shape == (30, 12)
    one, two = (svm.decision_function(other[0]) for svm in (whole, some))
    assert 0.9 < np.corrcoef(one, two)[0, 1] < 0.99999


def test_random_state_draws_the_centres(known):
    one, same, another = (
        KernelSvm(hog_block(), n_centers=10, random_state=seed).fit(*known).centers_
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - another).max() > 0.1


def test_where_nothing_is_known_the_commoner_class_is_likelier(known, other):
    svm = KernelSvm(hog_block(), gamma=1e4, random_state=0).fit(*known)
    assert svm.intercept_ == pytest.approx(-1 / 3)  # 40 happy, 20 sad
    assert list(svm.classes_) == ["happy", "sad"]
    np.testing.assert_allclose(svm.decision_function(other[0]), -1 / 3, atol=1e-4)
    # Each face is like nothing but itself, and half of that for its mirror image's sake.
    own = np.where(known[1] == "sad", 4 / 3, -2 / 3) * 0.5 / (0.5 + svm.alpha)
    np.testing.assert_allclose(svm.decision_function(known[0]), own - 1 / 3, atol=5e-3)
    weights = np.where(known[1] == "sad", 2.0, 1.0)
    assert KernelSvm(hog_block(), random_state=0).fit(*known, weights).intercept_ == 0


def test_the_label_that_comes_last_has_the_higher_scores(known):
    faces, labels = known
    usual = KernelSvm(hog_block(), random_state=0).fit(faces, labels)
    turned = KernelSvm(hog_block(), random_state=0)
    turned.fit(faces, np.where(labels == "sad", "a", "b"))
    assert turned.classes_.tolist() == ["a", "b"]
    scores = turned.decision_function(faces)
    np.testing.assert_allclose(scores, -usual.decision_function(faces), atol=1e-4)
    assert (turned.predict(faces) == np.where(labels == "sad", "a", "b")).all()


def test_faces_are_taken_some_at_a_time(known, other, monkeypatch):
    whole = KernelSvm(hog_block(), random_state=0).fit(*known)
    monkeypatch.setattr(kernel_svm, "_AT_ONCE", 7)
    parts = KernelSvm(hog_block(), random_state=0).fit(*known)
    np.testing.assert_allclose(
        parts.decision_function(other[0]), whole.decision_function(other[0]), atol=1e-4
    )


def test_a_batch_equals_its_singles_and_no_faces_have_no_scores(known, other):
    svm = KernelSvm(union(), random_state=0).fit(*known)
    singles = [svm.decision_function(other[0][i : i + 1])[0] for i in range(4)]
    np.testing.assert_allclose(singles, svm.decision_function(other[0][:4]), atol=1e-5)
    assert svm.decision_function(other[0][:0]).shape == (0,)
    assert svm.predict(other[0][:0]).shape == (0,)


@each_description
def test_what_is_saved_answers_exactly_alike(describe, known, other, tmp_path):
    svm = KernelSvm(describe, random_state=0).fit(*known)
    joblib.dump(svm, tmp_path / "svm.joblib")
    expected = svm.decision_function(other[0])
    for copy in (pickle.loads(pickle.dumps(svm)), joblib.load(tmp_path / "svm.joblib")):
        np.testing.assert_array_equal(copy.decision_function(other[0]), expected)
    assert svm.__getstate__()["centers_"].dtype == np.float16


def test_it_clones_and_leaves_its_parameter_unfitted(known):
    describe = hog_block()
    svm = KernelSvm(describe, n_centers=20, gamma=0.5, alpha=0.1, random_state=4).fit(*known)
    assert svm.get_params()["describe__n_components"] == 12
    assert set(svm.get_params(deep=False)) == {
        "describe", "n_centers", "gamma", "alpha", "random_state",
    }  # fmt: skip
    assert not hasattr(describe, "odd_")
    copy = clone(svm).set_params(describe__n_components=3)
    assert repr(clone(svm)) == repr(svm)
    with pytest.raises(NotFittedError):
        copy.decision_function(known[0])
    assert copy.fit(*known).centers_.shape == (20, 3)
    assert svm.centers_.shape == (20, 12)


def test_probabilities_are_those_of_unseen_scores(known, other):
    svm = KernelSvm(hog_block(), n_centers=40, random_state=0).fit(*known)
    columns, _ = svm.coordinates(svm.describe_.transform(known[0])[:, svm.order_])
    target = np.where(known[1] == "sad", 1.0, -1.0) - svm.intercept_
    _, unseen = ridge_left_out(columns, target, np.ones(60), svm.alpha)
    seen = svm.decision_function(known[0]) - svm.intercept_
    assert np.abs(seen - target).mean() < np.abs(unseen - target).mean()
    plain = LogisticRegression(C=10.0).fit(unseen[:, None] + svm.intercept_, known[1])
    probability, scores = svm.predict_proba(other[0]), svm.decision_function(other[0])
    assert probability.shape == (25, 2)
    np.testing.assert_allclose(probability, plain.predict_proba(scores[:, None]), atol=1e-3)
    np.testing.assert_allclose(probability.sum(axis=1), 1)
    assert (np.argsort(probability[:, 1]) == np.argsort(scores)).all()
    likelier = svm.classes_[(probability[:, 1] > 0.5).astype(int)]
    np.testing.assert_array_equal(svm.predict(other[0]), likelier)
    assert svm.predict_proba(other[0][:0]).shape == (0, 2)


def test_coordinates_have_the_kernel_of_the_faces_as_products(known):
    svm = KernelSvm(hog_block(), random_state=0).fit(*known)
    rows = svm.describe_.transform(known[0])[:, svm.order_]
    columns, lower = svm.coordinates(rows)
    kernel = svm.kernel(rows)[:, np.argsort(np.random.RandomState(0).permutation(60))]
    np.testing.assert_allclose(columns.T @ columns, kernel, atol=5e-3)
    np.testing.assert_allclose(lower @ lower.T, svm.kernel(svm.centers_), atol=2e-3)


def test_weights_move_the_probabilities(known, other):
    svm = KernelSvm(hog_block(3), random_state=0)
    assert is_classifier(svm)
    usual = clone(svm).fit(*known).predict_proba(other[0])[:, 1]
    heavier = np.where(known[1] == "sad", 5.0, 1.0)
    assert clone(svm).fit(*known, heavier).predict_proba(other[0])[:, 1].mean() > usual.mean()


def test_labels_without_a_pattern_are_answered_unsurely(known, other):
    labels = np.random.default_rng(3).permutation(known[1])
    svm = KernelSvm(hog_block(), random_state=0).fit(known[0], labels)
    learned = (svm.predict(known[0]) == labels).mean()
    assert learned > 0.6  # of what it was shown it can tell more than of the rest
    assert np.abs(svm.predict_proba(other[0])[:, 1] - 1 / 3).max() < 0.3


def test_faces_that_are_all_alike_but_in_name(known):
    faces, labels = known
    same = faces[np.zeros(60, int)]
    with np.errstate(invalid="ignore", divide="ignore"):
        svm = KernelSvm(PrincipalBlock(Pixels(4), 2), random_state=0).fit(same, labels)
    np.testing.assert_allclose(svm.decision_function(same), -1 / 3, atol=1e-3)
