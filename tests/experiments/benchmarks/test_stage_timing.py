"""What each stage costs: which stages there are and that they sum up, never how much."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.experiments.attribution.feature_subsets import extractors
from happysad.experiments.benchmarks import stage_timing as stages
from happysad.experiments.benchmarks.stage_timing import floor_rows, stage_rows
from happysad.features.faces import aligner as faces
from happysad.features.faces import detector as detect
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.models.registry import make_model


@pytest.fixture(scope="module")
def files(demo_data):
    """Three images."""
    return sorted((demo_data / "test" / "happy").iterdir())[:3]


@pytest.fixture(scope="module")
def fitted():
    """``fitted(name)``: a recipe fitted on a few built-in faces."""
    images, labels = make_demo_faces(40, random_state=1)
    known = {}

    def fit(name: str):
        if name not in known:
            known[name] = make_model(name).fit(list(images), labels)
        return known[name]

    return fit


def test_every_stage_is_there_in_its_order(fitted, files):
    model = fitted("fusion-svm")
    rows = stage_rows(model, files, 1, repeats=1)
    named = [row["stage"] for row in rows]
    assert named[:5] == ["decode", "detect", "5 landmarks", "68 landmarks", "align"]
    assert named[-1] == "classify"
    assert named[5:-1] == [str(one) for one in extractors(model)]
    assert [row["kind"] for row in rows] == ["face"] * 5 + ["descriptor"] * 4 + ["classifier"]
    assert all(row["value"] > 0 and row["batch"] == 1 for row in rows)
    assert {row["unit"] for row in rows} == {"ms an image"}


def test_a_model_of_5_points_has_no_stage_of_68(fitted, files):
    model = fitted("hog-svm")
    for rows in (stage_rows(model, files, 2, repeats=1), floor_rows(model, files, repeats=1)):
        named = [row["stage"] for row in rows]
        assert "5 landmarks" in named
        assert "68 landmarks" not in named


def test_the_stages_sum_to_the_whole(fitted, files, monkeypatch):
    # A clock that ticks whenever it is read: what is between two readings belongs to one stage.
    ticks = iter(range(10**9))
    monkeypatch.setattr(
        "happysad.experiments.benchmarks.stage_timer.time.process_time", lambda: next(ticks)
    )
    spent = stages._spent(fitted("hog-svm"), [[str(file)] for file in files])
    began, ended = 1, next(ticks) - 1  # the first reading is of the watch's making
    assert sum(spent.values()) == ended - began > 20


@pytest.mark.parametrize(("batch", "asked"), [(1, [1, 1, 1]), (2, [2, 1]), (5, [5])])
def test_images_are_given_in_batches(fitted, files, monkeypatch, batch, asked):
    model, seen = fitted("dummy"), []
    usual = type(model).predict_proba
    monkeypatch.setattr(
        type(model), "predict_proba", lambda self, X: seen.append(len(X)) or usual(self, X)
    )
    stage_rows(model, files, batch, repeats=1)
    assert seen == asked * 2  # one pass to warm up


def test_the_model_is_left_as_it_was(fitted, files):
    model = fitted("hog-svm")
    parts = [model[0], *extractors(model)]
    before = [dict(vars(part)) for part in parts]
    given = detect.find_faces, detect.shape_predictor, faces.read_image
    stage_rows(model, files, 1, repeats=1)
    assert [dict(vars(part)) for part in parts] == before
    assert (detect.find_faces, detect.shape_predictor, faces.read_image) == given


def test_the_floor_is_detection_and_the_landmarks_that_are_read(fitted, files):
    rows = floor_rows(fitted("landmarks-svm"), files, repeats=1)
    assert [row["stage"] for row in rows] == ["detect", "5 landmarks", "68 landmarks"]
    assert {row["kind"] for row in rows} == {"floor"}
    assert all(np.isfinite(row["value"]) and row["value"] > 0 for row in rows)
