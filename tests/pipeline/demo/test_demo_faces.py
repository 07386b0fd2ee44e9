"""The built-in faces: reproducible, found by the detector, and a real exercise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from happysad.features.faces.align import eye_centers
from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.detector import MIN_SCORE, find_faces, find_landmarks
from happysad.features.faces.face_batch import Faces
from happysad.features.hog import Hog
from happysad.features.landmarks import EXPRESSIONS, normalised_shape
from happysad.pipeline.data.dataset import load_data
from happysad.pipeline.demo.demo_faces import demo_folder, make_demo_faces
from happysad.utils.errors import UserError


@pytest.fixture(scope="module")
def found() -> tuple[Faces, np.ndarray]:
    images, labels = make_demo_faces(500, random_state=7)
    return FaceAligner().transform(images), labels


def test_shapes_and_balance() -> None:
    images, labels = make_demo_faces(40, balance=0.25, size=64)
    assert images.shape == (40, 64, 64)
    assert images.dtype == np.uint8
    assert sorted(labels) == ["happy"] * 10 + ["sad"] * 30
    assert list(labels) != sorted(labels)


def test_a_seed_gives_its_faces_again() -> None:
    images, labels = make_demo_faces(6, random_state=3)
    again, same = make_demo_faces(6, random_state=3)
    others, _ = make_demo_faces(6, random_state=4)
    np.testing.assert_array_equal(images, again)
    np.testing.assert_array_equal(labels, same)
    assert (images != others).mean() > 0.9


def test_extreme_balance_keeps_one_of_each_class() -> None:
    assert sorted(make_demo_faces(3, balance=0.999)[1]) == ["happy", "happy", "sad"]


def test_no_variation_leaves_the_light_alone() -> None:
    bare, _ = make_demo_faces(30, variation=0)
    varied, _ = make_demo_faces(30, variation=2)
    middle = slice(30, 66)  # the face itself: hair and background are not all alike
    assert bare[:, middle, middle].mean(axis=(1, 2)).std() < 12
    assert varied[:, middle, middle].mean(axis=(1, 2)).std() > 24


def test_out_of_range() -> None:
    for options in (
        {"n_samples": 1},
        {"n_samples": -5},
        {"random_state": -1},
        {"balance": 1.0},
        {"size": 8},
        {"variation": -1},
    ):
        with pytest.raises(UserError, match="cannot draw the built-in faces"):
            make_demo_faces(**{"n_samples": 10, **options})


@pytest.mark.slow
def test_the_detector_finds_the_faces(found: tuple[Faces, np.ndarray]) -> None:
    faces, labels = found
    seen = faces.scores >= MIN_SCORE
    assert seen.mean() >= 0.97
    assert abs(seen[labels == "happy"].mean() - seen[labels == "sad"].mean()) < 0.04


@pytest.mark.slow
def test_the_landmarks_are_where_the_face_is() -> None:
    """Bare faces have their eyes at known places; the predictor must find them there."""
    images, _ = make_demo_faces(100, variation=0)
    faces = FaceAligner().transform(images)
    points = [find_landmarks(image, find_faces(image)[0]) for image in images]
    eyes = np.array([eye_centers(p) for p in points])
    expected = np.array([[0.32, 0.38], [0.68, 0.38]]) * 96
    off = np.linalg.norm(eyes - expected, axis=2).max(axis=1)
    assert np.median(off) < 2.5
    assert (off < 6).mean() > 0.95
    mouth = faces.landmarks[:, 48:].mean(axis=1)
    assert (np.abs(mouth - np.median(mouth, axis=0)).max(axis=1) < 12).mean() > 0.95


@pytest.mark.slow
def test_the_corners_of_the_mouth_differ_between_the_classes(
    found: tuple[Faces, np.ndarray],
) -> None:
    faces, labels = found
    lift = EXPRESSIONS["mouth_corner_lift"](normalised_shape(faces.landmarks))
    happy, sad = lift[labels == "happy"], lift[labels == "sad"]
    assert (happy > np.median(sad)).mean() > 0.85
    assert (sad < np.median(happy)).mean() > 0.85


@pytest.mark.slow
def test_a_real_exercise(found: tuple[Faces, np.ndarray]) -> None:
    faces, labels = found
    features = Hog().transform(faces)
    model = make_pipeline(StandardScaler(), LinearSVC(C=0.001))
    score = model.fit(features[:350], labels[:350]).score(features[350:], labels[350:])
    assert 0.9 <= score <= 0.98


def test_light_and_size_do_not_give_the_label_away() -> None:
    images, labels = make_demo_faces(400, random_state=5)
    happy = labels == "happy"
    for value in (images.mean(axis=(1, 2)), images.std(axis=(1, 2))):
        gap = abs(value[happy].mean() - value[~happy].mean()) / value.std()
        assert gap < 0.4


def test_folder_is_read_as_three_parts(tmp_path: Path) -> None:
    home = demo_folder(tmp_path / "gesichter ü", n_samples=40, seed=1)
    data = load_data(home)
    counts = data.frame.groupby(["split", "label"]).size().to_dict()
    assert counts == {
        ("test", "happy"): 5,
        ("test", "sad"): 5,
        ("train", "happy"): 12,
        ("train", "sad"): 12,
        ("val", "happy"): 3,
        ("val", "sad"): 3,
    }
    assert (home / "train").is_dir()
    names = [Path(path).name for path in data.frame["path"]]
    assert sorted(names) == [f"demo_{i:04d}.png" for i in range(40)]


def test_folder_follows_its_seed_and_lies_in_the_cache() -> None:
    one, two = demo_folder(n_samples=20, seed=1), demo_folder(n_samples=20, seed=2)
    assert one != two

    def contents(home: Path) -> set[bytes]:
        return {file.read_bytes() for file in home.rglob("demo_*.png")}

    assert len(contents(one)) == 20
    assert not contents(one) & contents(two)
    names = {"/".join(file.parts[-3:-1]) for file in one.rglob("*.png")}
    assert len(names) == 6  # no part with one class only


def test_folder_out_of_range(tmp_path: Path) -> None:
    for n_samples, seed in ((19, 0), (0, 0), (-3, 0), (40, -1)):
        message = "too few" if n_samples < 20 else "the seed is -1"
        with pytest.raises(UserError, match=f"built-in faces.*{message}"):
            demo_folder(tmp_path / "demo", n_samples=n_samples, seed=seed)
    assert not (tmp_path / "demo").exists()
