"""What all models share: the faces once, the features ahead of the fits."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.experiments.attribution.feature_subsets import extractors
from happysad.experiments.runner.cache_warmup import aligner_of, cache_features, warm_cache
from happysad.experiments.runner.run_context import RunContext
from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.detector import find_faces
from happysad.features.faces.pretrained_weights import shape_predictor
from happysad.features.hog import Hog
from happysad.pipeline.models.registry import make_model
from happysad.utils.console import silent
from happysad.utils.feature_cache import FeatureCache


@pytest.fixture
def warmed(data, tmp_path):
    """``warmed("hog-svm", ...)``: the faces of all 40 images for each of these models."""

    def make(*names: str, rows: list[int] | None = None, fitted: int = 20):
        context = RunContext(None, data.frame, tmp_path, 1, silent)
        rows = list(range(len(data.frame))) if rows is None else rows
        return warm_cache(
            [(make_model(name), rows[:fitted], rows[fitted:]) for name in names], context
        )

    return make


def test_each_model_gets_the_faces_of_its_alignment(data, warmed):
    names = ("landmarks-svm", "dummy")
    for name, faces in zip(names, warmed(*names), strict=True):
        predictor = make_model(name)[0].predictor
        expected = FaceAligner(predictor=predictor).transform(data.frame["path"].tolist())
        np.testing.assert_array_equal(faces.crops, expected.crops)
        assert np.isnan(faces.landmarks).all() == (name == "dummy")


def test_faces_are_found_once_for_both_predictors(data, warmed, monkeypatch):
    from happysad.features.faces import detector as detect

    calls = []

    def counted(gray, *search):
        calls.append(1)
        return find_faces(gray, *search)

    monkeypatch.setattr(detect, "find_faces", counted)
    for _ in range(2):
        warmed("lbp-svm", "landmarks-svm", "dummy", "pixels-logreg")
        assert len(calls) == len(data.frame)


def test_faces_of_5_points_are_the_same_to_the_bit_in_company_and_alone(data, warmed):
    shared = warmed("landmarks-svm", "lbp-svm")[1]
    alone = FaceAligner(predictor="5").transform(data.frame["path"].tolist())
    assert np.isnan(shared.landmarks).all()
    for name in ("crops", "landmarks", "boxes", "scores", "status"):
        np.testing.assert_array_equal(getattr(shared, name), getattr(alone, name), err_msg=name)
    assert shared.keys.tolist() == warmed("dummy")[0].keys.tolist()


def test_models_of_5_points_never_ask_for_the_68(warmed, monkeypatch):
    from happysad.features.faces import detector as detect

    asked = set()

    def noted(name):
        asked.add(name)
        return shape_predictor(name)

    monkeypatch.setattr(detect, "shape_predictor", noted)
    warmed("lbp-svm", "dummy")
    assert asked == {"5"}


def test_features_are_in_the_store_ahead_of_the_fits(warmed, tmp_path, monkeypatch):
    (faces,) = warmed("hog-svm", rows=[0, 5, 7], fitted=2)
    (hog,) = extractors(make_model("hog-svm"))
    missing = FeatureCache(tmp_path).missing(hog.cache_name(), faces.keys.tolist())
    assert len(missing) == len(faces) - 3
    assert not {0, 5, 7} & set(missing)

    def fail(self, faces):
        raise AssertionError("described again")

    monkeypatch.setattr(Hog, "_extract", fail)
    cache_features(hog, faces[[0, 5, 7]], tmp_path, 1)


def test_an_extractor_that_fails_is_left_to_its_models_fit(warmed, monkeypatch):
    def fail(self, faces):
        raise ZeroDivisionError("in the extractor")

    monkeypatch.setattr(Hog, "_extract", fail)
    assert len(warmed("hog-svm", "lbp-svm")) == 2


def test_a_model_of_images_is_told_what_the_detector_finds():
    from sklearn.dummy import DummyClassifier
    from sklearn.pipeline import make_pipeline

    assert aligner_of(make_model("landmarks-svm")).predictor == "68"
    assert aligner_of(make_pipeline(DummyClassifier())).predictor == "5"
