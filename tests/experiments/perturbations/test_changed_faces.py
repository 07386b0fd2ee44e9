"""Faces of changed images: which row gets which, the two predictors, the store."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.experiments.perturbations import changed_faces
from happysad.experiments.perturbations.changed_faces import (
    CLEAN,
    ChangedFaces,
    changed_frame,
    condition_of,
    conditions_of,
    title,
)
from happysad.experiments.perturbations.registry import changed_image, locate_face
from happysad.features.faces.aligner import FaceAligner
from happysad.utils.feature_cache import FeatureCache, use_feature_cache
from happysad.utils.image_decoding import read_image

CONDITIONS = [("blur", 0.03), ("shift", 0.3), ("cover mouth", 1.3)]


@pytest.fixture(scope="module")
def frame(data):
    parts = (data.frame[data.frame["split"] == split].head(2) for split in ("train", "test"))
    return changed_frame(*parts, CONDITIONS)


@pytest.fixture(scope="module")
def faces(frame):
    return ChangedFaces("68")(FaceAligner(), frame)


def row_of(frame, image: int, condition: str) -> int:
    path = frame["path"].iloc[2 + image]
    return int(np.flatnonzero((frame["path"] == path) & (frame["condition"] == condition))[0])


def test_titles_are_read_back():
    every = conditions_of(["blur", "cover eyes"])
    assert len(every) == 10
    assert title(every[0]) == "blur 0.01"
    assert [condition_of(title(one)) for one in every] == every


def test_each_image_stands_once_clean_and_once_under_each_condition(frame):
    assert len(frame) == 4 + 2 * 3
    assert list(frame["condition"][:4]) == [CLEAN] * 4
    assert list(frame["condition"][4:7]) == ["blur 0.03", "shift 0.3", "cover mouth 1.3"]
    assert list(frame["split"][:4]) == ["train", "train", "test", "test"]


def test_the_face_of_each_row_is_that_of_its_image_and_condition(frame, faces):
    assert len(faces) == len(frame)
    clean = FaceAligner().transform(frame["path"].tolist())
    assert (faces.crops[:4] == clean.crops[:4]).all()
    for image in (0, 1):
        pixels = read_image(frame["path"].iloc[2 + image])
        face = locate_face(pixels, FaceAligner().min_score)
        for condition in ("blur 0.03", "cover mouth 1.3"):
            changed = changed_image(pixels, *condition_of(condition), face)
            expected = FaceAligner().transform([changed])
            row = row_of(frame, image, condition)
            assert (faces.crops[row] == expected.crops[0]).all()
            assert (faces.landmarks[row] == expected.landmarks[0]).all()


def test_a_shift_moves_the_box_and_keeps_the_score(frame, faces):
    for image in (0, 1):
        row = row_of(frame, image, "shift 0.3")
        moved = faces.boxes[row] - faces.boxes[2 + image]
        width = np.ptp(faces.boxes[2 + image][[0, 2]])
        assert np.hypot(*moved[:2]) == pytest.approx(0.3 * width, abs=1.5)
        assert faces.scores[row] == faces.scores[2 + image]
        assert (faces.crops[row] != faces.crops[2 + image]).any()


def test_shifted_faces_have_keys_of_their_own(frame, faces):
    shifts = [row_of(frame, image, "shift 0.3") for image in (0, 1)]
    assert len({faces.keys[row] for row in shifts} - {""}) == 2


def test_the_other_predictor_gives_the_same_faces_without_landmarks(frame, monkeypatch, tmp_path):
    with use_feature_cache(FeatureCache(tmp_path)):
        align = ChangedFaces("68")
        with_points = align(FaceAligner(), frame)
        monkeypatch.setattr(changed_faces, "_of_image", None)  # nothing is found twice
        without = align(FaceAligner(predictor="5"), frame)
        assert np.isnan(without.landmarks).all()
        assert not np.isnan(with_points.landmarks).any()
        assert (with_points.crops == without.crops).all()
        assert list(with_points.keys) == list(without.keys)
        assert len(set(with_points.keys)) == len(frame)


def test_a_second_time_the_faces_come_from_the_store(frame, faces, monkeypatch, tmp_path):
    with use_feature_cache(FeatureCache(tmp_path)):
        first = ChangedFaces("68")(FaceAligner(), frame)
        monkeypatch.setattr(FaceAligner, "_computed", None)
        second = ChangedFaces("68")(FaceAligner(), frame)
    assert (first.crops == second.crops).all()
    assert (first.crops == faces.crops).all()
    assert list(first.keys) == list(second.keys)


@pytest.mark.process
def test_processes_side_by_side_change_nothing(frame, faces):
    other = ChangedFaces("68")(FaceAligner(n_jobs=2), frame)
    assert (faces.crops == other.crops).all()
    assert (faces.status == other.status).all()
