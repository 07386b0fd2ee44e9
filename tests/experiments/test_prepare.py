"""What all models share: the faces once, the features ahead of the fits."""

from __future__ import annotations

import numpy as np

from happysad.experiments.prepare import describe_ahead, extractors, prepare, store_folder
from happysad.features.detect import find_faces
from happysad.features.faces import FaceAligner
from happysad.features.hog import Hog
from happysad.features.store import FeatureStore, cache_dir
from happysad.pipeline.models import make_model


def test_the_store_is_in_the_cache_or_gone_after_the_block():
    with store_folder() as folder:
        assert folder == cache_dir() / "features"
    with store_folder(use_cache=False) as folder:
        assert folder.is_dir()
        assert not folder.is_relative_to(cache_dir())
    assert not folder.exists()


def test_extractors_are_found_however_deep():
    names = sorted(type(one).__name__ for one in extractors(make_model("fusion-svm")))
    assert {"Hog", "LandmarkGeometry", "Lbp"} <= set(names)
    assert [type(one).__name__ for one in extractors(make_model("embedding-svm"))] == ["Embedding"]
    assert extractors(make_model("dummy")) == []


def test_parts_hold_the_faces_of_their_rows(data, tmp_path):
    models = {name: make_model(name) for name in ("landmarks-svm", "dummy")}
    parts = prepare(models, data.frame, tmp_path, jobs=1)
    for name, model in models.items():
        assert sorted(parts[name]) == ["test", "train", "val"]
        for split, sample in parts[name].items():
            rows = data.frame[data.frame["split"] == split]
            assert list(sample.labels) == list(rows["label"])
            assert sample.paths == list(rows["path"])
            expected = FaceAligner(predictor=model[0].predictor).transform(sample.paths)
            np.testing.assert_array_equal(sample.faces.crops, expected.crops)
    assert np.isnan(parts["dummy"]["train"].faces.landmarks).all()
    assert not np.isnan(parts["landmarks-svm"]["train"].faces.landmarks).any()


def test_faces_are_found_once_for_each_alignment(data, tmp_path, monkeypatch):
    import happysad.features.faces as module

    calls = []

    def counted(gray, threshold=-0.5):
        calls.append(1)
        return find_faces(gray, threshold)

    monkeypatch.setattr(module, "find_faces", counted)
    models = {n: make_model(n) for n in ("landmarks-svm", "lbp-svm", "dummy", "pixels-logreg")}
    prepare(models, data.frame, tmp_path, jobs=1)
    assert len(calls) == 2 * len(data.frame)
    prepare(models, data.frame, tmp_path, jobs=1)
    assert len(calls) == 2 * len(data.frame)


def test_features_are_in_the_store_ahead_of_the_fits(data, tmp_path, monkeypatch):
    model = make_model("hog-svm")
    faces = prepare({"hog-svm": model}, data.frame, tmp_path, 1)["hog-svm"]["train"].faces
    (hog,) = extractors(model)
    store = FeatureStore(tmp_path)
    assert store.missing(hog.space(), faces.keys.tolist()) == []

    def fail(self, faces):
        raise AssertionError("described again")

    monkeypatch.setattr(Hog, "_describe", fail)
    describe_ahead(hog, faces, tmp_path, 1)


def test_an_extractor_that_fails_is_left_to_its_models_fit(data, tmp_path, monkeypatch):
    def fail(self, faces):
        raise ZeroDivisionError("in the extractor")

    monkeypatch.setattr(Hog, "_describe", fail)
    models = {name: make_model(name) for name in ("hog-svm", "lbp-svm")}
    parts = prepare(models, data.frame, tmp_path, jobs=1)
    assert sorted(parts) == ["hog-svm", "lbp-svm"]
