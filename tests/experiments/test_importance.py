"""Permutation importance: what is used is found, what is not loses nothing."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from happysad.experiments.importance import Dealt, permutation_importance, swap_extractors
from happysad.features.base import FaceFeature
from happysad.features.batch import Faces
from happysad.pipeline.models import make_model


class TwoNumbers(FaceFeature):
    """Brightness under one name, and a number that says nothing under another."""

    def _describe(self, faces):
        noise = faces.crops[:, 0, 0].astype(np.float32) / 255
        return np.stack([faces.crops[:, 4, 4] / 255, noise], axis=1, dtype="f4")

    def _names(self, size):
        return ["mouth_width", "brow_gap"]


@pytest.fixture
def planted():
    rng = np.random.default_rng(0)
    labels = np.array(["happy", "sad"] * 50)
    crops = rng.integers(0, 256, (100, 8, 8)).astype(np.uint8)
    crops[:, 4, 4] = np.where(labels == "happy", 200, 50)
    blank = Faces.unreadable(8)
    faces = Faces.concatenate([blank] * 100)
    faces = Faces(crops, faces.landmarks, faces.boxes, faces.scores, faces.status, faces.keys)
    model = Pipeline([("describe", TwoNumbers()), ("classify", LogisticRegression(C=100.0))])
    return model.fit(faces, labels), faces, labels


def test_the_feature_that_tells_is_found_and_the_other_loses_nothing(planted):
    table = permutation_importance(*planted, repeats=4, seed=0).set_index("group")
    assert (table["balanced_accuracy"] == 1).all()
    assert table.loc["mouth_width", "balanced_accuracy_drop"] == pytest.approx(0.5, abs=0.1)
    assert table.loc["mouth_width", "roc_auc_drop"] == pytest.approx(0.5, abs=0.12)
    assert table.loc["brow_gap", "balanced_accuracy_drop"] == 0
    assert table.loc["all", "balanced_accuracy_drop"] > 0.3
    assert table.loc["mouth_width", "balanced_accuracy_drop_sd"] > 0
    assert table.loc["mouth_width", "roc_auc_alone"] == 1
    assert abs(table.loc["brow_gap", "roc_auc_alone"] - 0.5) < 0.2
    assert np.isnan(table.loc["all", "roc_auc_alone"])


def test_the_same_seed_deals_alike(planted):
    model, faces, labels = planted
    one = permutation_importance(model, faces, labels, 2, seed=1)
    assert one.equals(permutation_importance(model, faces, labels, 2, seed=1))


@pytest.mark.parametrize("name", ["fusion-svm", "landmarks-gb", "landmarks-svm+oversample"])
def test_a_model_that_was_taken_apart_answers_as_before(name, data):
    frame = data.frame.iloc[::2]
    labels = frame["label"].to_numpy(str)
    model = make_model(name)
    faces = model[0].transform(frame["path"].tolist())
    model[1:].fit(faces, labels)
    before = model[1:].predict_proba(faces)
    dealt, found = Dealt(), {}
    swap_extractors(model, dealt, found)
    assert len(found) == (4 if name == "fusion-svm" else 1)
    np.testing.assert_allclose(model[1:].predict_proba(faces), before, atol=1e-6)
    dealt.order = np.arange(len(faces))[::-1]
    dealt.columns = {space: np.arange(50) for space in found}
    moved = np.abs(model[1:].predict_proba(faces) - before).max()
    assert moved > 1e-4 or name == "landmarks-gb"  # of so few faces boosting makes no tree


def test_features_are_computed_once(planted, monkeypatch):
    model, faces, labels = planted
    calls = []
    whole = TwoNumbers._describe

    def counted(self, faces):
        calls.append(len(faces))
        return whole(self, faces)

    monkeypatch.setattr(TwoNumbers, "_describe", counted)
    permutation_importance(model, faces, labels, 3)
    assert sum(calls) == 100
