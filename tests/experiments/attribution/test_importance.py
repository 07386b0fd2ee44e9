"""Permutation importance: what is used is found, what is not loses nothing."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import StandardScaler

from happysad.experiments.attribution.importance import permutation_importance
from happysad.features.base import FaceFeature
from happysad.features.faces.face_batch import Faces
from happysad.pipeline.evaluation.metrics import evaluate
from happysad.pipeline.models.registry import make_model


class TwoNumbers(FaceFeature):
    """Brightness under one name, and a number that says nothing under another."""

    def _extract(self, faces):
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
    block = Pipeline([("extract", TwoNumbers()), ("scale", StandardScaler())])
    union = FeatureUnion([("numbers", block)])
    model = Pipeline([("features", union), ("classifier", LogisticRegression(C=100.0))])
    return model.fit(faces, labels), faces, labels


def test_the_feature_that_tells_is_found_and_the_other_loses_nothing(planted):
    table = permutation_importance(*planted, repeats=4, seed=0).set_index("group")
    assert set(table["block"]) == {"numbers"}
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


@pytest.mark.parametrize(
    ("name", "blocks"), [("texture-svm", ["hog", "lbp", "bovw"]), ("hog-svm", ["hog"])]
)
def test_the_groups_of_each_block_of_a_whole_model_are_permuted(name, blocks, data):
    frame = data.frame.iloc[::2]
    labels = frame["label"].to_numpy(str)
    model = make_model(name)
    faces = model[0].transform(frame["path"].tolist())
    model[1:].fit(faces, labels)
    table = permutation_importance(model, faces, labels, 2)
    assert list(table["block"].unique()) == blocks
    assert (table.groupby("block")["group"].last() == "all").all()
    p_happy = model[1:].predict_proba(faces)[:, 0]
    assert set(table["roc_auc"]) == {evaluate(labels, p_happy)["roc_auc"]}
    if len(blocks) == 1:
        assert table["roc_auc_drop"].iloc[-1] > 0.2


def test_features_are_computed_once(planted, monkeypatch):
    model, faces, labels = planted
    calls = []
    whole = TwoNumbers._extract

    def counted(self, faces):
        calls.append(len(faces))
        return whole(self, faces)

    monkeypatch.setattr(TwoNumbers, "_extract", counted)
    permutation_importance(model, faces, labels, 3)
    assert sum(calls) == 100
