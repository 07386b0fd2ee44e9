"""One run: a model fitted on one part and measured on the others."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from happysad.features.hog import Hog
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.estimators.calibration import CopiesTogether
from happysad.pipeline.evaluation import fit_and_evaluate as module
from happysad.pipeline.evaluation.fit_and_evaluate import (
    TIMED_IMAGES,
    Sample,
    fit_and_evaluate,
    milliseconds_per_image,
)
from happysad.pipeline.evaluation.metrics import METRICS, evaluate
from happysad.pipeline.models.registry import make_model
from happysad.utils.feature_cache import FeatureCache, use_feature_cache


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> SimpleNamespace:
    """Train, val and test parts of built-in faces; their files; the store they went through."""
    folder = tmp_path_factory.mktemp("samples")
    images, labels = make_demo_faces(60, random_state=8)
    paths = []
    for number, image in enumerate(images):
        paths.append(str(folder / f"{number}.png"))
        cv2.imwrite(paths[-1], image)
    store = FeatureCache(folder / "store")
    with use_feature_cache(store):
        faces = make_model("dummy")[0].transform(paths)
    parts = {"train": slice(30), "val": slice(30, 42), "test": slice(42, 60)}
    cut = {name: Sample(faces[s], labels[s], paths[s]) for name, s in parts.items()}
    return SimpleNamespace(store=store, **cut)


@pytest.fixture(scope="module")
def result(samples):
    others = {"val": samples.val, "test": samples.test}
    return fit_and_evaluate(make_model("pixels-logreg"), samples.train, others)


def test_measures_each_part(result, samples):
    for by_part in (result.metrics, result.p_happy, result.face_status):
        assert list(by_part) == ["val", "test"]
    for name in ("val", "test"):
        part = getattr(samples, name)
        assert list(result.metrics[name]) == list(METRICS)
        assert result.metrics[name] == evaluate(part.labels, result.p_happy[name])
        assert list(result.face_status[name]) == list(part.faces.status)


def test_the_probability_is_that_of_happy(result, samples):
    happy = samples.test.labels == "happy"
    assert result.p_happy["test"][happy].mean() > result.p_happy["test"][~happy].mean()


def test_the_bytes_are_the_model_from_images_on(result, samples):
    p = result.fitted().predict_proba(samples.test.paths)[:, 0]
    np.testing.assert_allclose(p, result.p_happy["test"], atol=1e-6)


def test_times_are_told(result):
    assert result.fit_s > 0
    assert result.predict_ms > 0


def test_without_paths_no_time_is_made_up(samples):
    bare = Sample(samples.test.faces, samples.test.labels)
    assert math.isnan(
        fit_and_evaluate(make_model("dummy"), samples.train, {"test": bare}).predict_ms
    )


def test_features_in_the_store_are_not_computed_again(samples, monkeypatch):
    others = {"val": Sample(samples.val.faces, samples.val.labels)}
    first = fit_and_evaluate(make_model("hog-lbp-svm"), samples.train, others, samples.store)

    def fail(self, faces):
        raise AssertionError("extracted again")

    monkeypatch.setattr(Hog, "_extract", fail)
    second = fit_and_evaluate(make_model("hog-lbp-svm"), samples.train, others, samples.store)
    np.testing.assert_array_equal(second.p_happy["val"], first.p_happy["val"])
    with pytest.raises(AssertionError, match="extracted again"):
        fit_and_evaluate(make_model("hog-lbp-svm"), samples.train, others)


def test_the_timing_reads_nothing_from_the_store(samples, result, monkeypatch):
    def fail(*arguments):
        raise AssertionError("read from the store")

    monkeypatch.setattr(FeatureCache, "get", fail)
    with use_feature_cache(samples.store):
        assert milliseconds_per_image(result.fitted(), {"test": samples.test}) > 0


def test_the_timing_takes_some_images_of_the_last_part_only(samples, monkeypatch):
    seen = []
    model = SimpleNamespace(predict_proba=lambda paths: seen.append(paths))
    many = Sample(samples.test.faces, samples.test.labels, [f"{i}.png" for i in range(1000)])
    milliseconds_per_image(model, {"val": samples.val, "test": many})
    assert all(len(paths) == 1 for paths in seen)
    assert len(seen) == TIMED_IMAGES + 1  # the first, which loads the weights, is not counted
    assert int(seen[-1][0].split(".")[0]) > 900


def test_libraries_keep_to_one_thread(samples, monkeypatch):
    from threadpoolctl import threadpool_info, threadpool_limits

    seen = []

    def look(*arguments):
        seen.extend(library["num_threads"] for library in threadpool_info())
        return np.full(len(samples.val.labels), 0.5)

    monkeypatch.setattr(module, "predict_p_happy", look)
    with threadpool_limits(2):
        fit_and_evaluate(make_model("dummy"), samples.train, {"val": samples.val})
    assert set(seen) == {1}


def test_groups_reach_the_folds_and_are_not_kept(samples, monkeypatch):
    seen = []
    usual = CopiesTogether.split

    def watched(self, X, y, groups=None):
        seen.append(self.groups)
        return usual(self, X, y, groups)

    monkeypatch.setattr(CopiesTogether, "split", watched)
    groups = np.array([f"person {i // 3}" for i in range(len(samples.train.labels))])
    model = make_model("lbp-svm")
    result = fit_and_evaluate(model, replace(samples.train, groups=groups), {"test": samples.test})
    assert any(given is not None and np.array_equal(given, groups) for given in seen)
    assert model[-1].cv.groups is None
    assert result.fitted()[-1].cv.groups is None
    plain = fit_and_evaluate(make_model("lbp-svm"), samples.train, {"test": samples.test})
    assert not np.array_equal(plain.p_happy["test"], result.p_happy["test"])


def test_groups_are_not_kept_where_the_fit_fails(samples):
    model = make_model("lbp-svm")
    labels = np.full(len(samples.train.labels), "happy")
    groups = np.arange(len(labels)).astype(str)
    with pytest.raises(ValueError, match="classes"):
        fit_and_evaluate(model, replace(samples.train, labels=labels, groups=groups), {})
    assert model[-1].cv.groups is None
