"""What each stage costs: which stages there are and that they sum up, never how much."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from happysad.experiments.attribution.feature_subsets import extractors
from happysad.experiments.benchmarks import stage_timing
from happysad.experiments.benchmarks.stage_timing import StageTimer, drawn_images, stage_rows
from happysad.features.faces import detector
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.models.registry import make_model


@pytest.fixture(scope="module")
def files(demo_data):
    """Three images."""
    return sorted((demo_data / "test" / "happy").iterdir())[:3]


@pytest.fixture(scope="module")
def hog_svm():
    """Fitted on a few built-in faces."""
    images, labels = make_demo_faces(40, random_state=1)
    return make_model("hog-svm").fit(list(images), labels)


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass when a test says so."""
    now = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(stage_timing.time, "process_time", lambda: now.seconds)
    return now


def test_time_belongs_to_the_innermost_stage(clock):
    timer = StageTimer("rest")

    class Work:
        def inner(self, x, *, by):
            clock.seconds += 5
            return x * by

        def outer(self, x):
            clock.seconds += 1
            y = self.inner(x, by=10)
            clock.seconds += 2
            return y

        def fail(self):
            clock.seconds += 3
            raise ZeroDivisionError

    work = Work()
    clock.seconds += 20
    with timer.patched((work, "outer", "outer"), (Work, "inner", "inner"), (work, "fail", "bad")):
        assert work.outer(4) == 40
        assert work.inner(1, by=2) == 2
        with pytest.raises(ZeroDivisionError):
            work.fail()
    assert vars(work) == {}
    work.inner(1, by=2)  # belongs to the rest again
    timer.book()
    assert timer.spent == {"rest": 25, "outer": 3, "inner": 10, "bad": 3}


def test_every_stage_is_there_in_its_order(files):
    images, labels = make_demo_faces(24, random_state=1)
    model = make_model("fusion-svm").fit(list(images), labels)
    rows = stage_rows(model, files, 1, repeats=1)
    named = [row["stage"] for row in rows]
    assert named[:6] == ["decode", "detect", "YuNet", "5 landmarks", "68 landmarks", "align"]
    assert named[6:-1] == sorted(map(str, extractors(model)))
    assert named[-1] == "classify"
    assert [row["kind"] for row in rows] == ["face"] * 6 + ["descriptor"] * 4 + ["classifier"]
    assert all(row["value"] > 0 and row["batch"] == 1 for row in rows)
    assert {row["unit"] for row in rows} == {"ms an image"}


def test_a_model_of_5_points_has_no_stage_of_68_and_is_left_as_it_was(hog_svm, files):
    parts = [hog_svm[0], *extractors(hog_svm)]
    before = [dict(vars(part)) for part in parts]
    functions = detector.find_faces, detector.shape_predictor, detector.face_detector
    named = [row["stage"] for row in stage_rows(hog_svm, files, 2, repeats=1)]
    assert "5 landmarks" in named
    assert "68 landmarks" not in named
    assert [dict(vars(part)) for part in parts] == before
    assert (detector.find_faces, detector.shape_predictor, detector.face_detector) == functions


def test_the_stages_sum_to_the_whole(hog_svm, files, monkeypatch):
    # A clock that ticks whenever it is read: what is between two readings belongs to one stage.
    ticks = iter(range(10**9))
    monkeypatch.setattr(stage_timing.time, "process_time", lambda: next(ticks))
    spent = stage_timing._one_pass(hog_svm, [[str(file)] for file in files])
    began, ended = 1, next(ticks) - 1  # the first reading is of the timer's making
    assert sum(spent.values()) == ended - began > 20


def test_images_are_given_in_batches(hog_svm, files, monkeypatch):
    sizes = []
    usual = type(hog_svm).predict_proba
    monkeypatch.setattr(
        type(hog_svm), "predict_proba", lambda self, X: sizes.append(len(X)) or usual(self, X)
    )
    for batch, expected in ((1, [1, 1, 1]), (2, [2, 1]), (5, [5])):
        sizes.clear()
        stage_rows(hog_svm, files, batch, repeats=1)
        assert sizes == expected * 2, batch  # one pass to warm up


def test_the_images_are_photographs_of_one_face_each_and_tight_crops(tmp_path):
    files = drawn_images(tmp_path, 4, seed=2)
    assert list(files) == ["photograph 350x350", "tight crop 48x48"]
    pixels = {kind: [np.asarray(Image.open(file)) for file in files[kind]] for kind in files}
    photographs, crops = pixels.values()
    assert [image.shape for image in photographs] == [(350, 350)] * 4
    assert [image.shape for image in crops] == [(48, 48)] * 4
    faces = [detector.find_faces(image) for image in photographs]
    assert [len(face) for face in faces] == [1] * 4
    assert len({face[0].box for face in faces}) > 2
    for (face,) in faces:
        assert 100 < face.box[2] - face.box[0] < 250
    written = [file.read_bytes() for kind in files for file in files[kind]]
    for seed, same in ((2, True), (3, False)):
        again = drawn_images(tmp_path, 4, seed)
        assert (written == [file.read_bytes() for k in again for file in again[k]]) is same
