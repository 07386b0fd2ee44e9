"""The script that learns the built-in faces: which images it takes, and what it writes."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from happysad.experiments.maintenance import build_demo_faces
from happysad.experiments.maintenance.appearance_model import nearest_similarity
from happysad.experiments.maintenance.build_demo_faces import (
    MAX_SIMILARITY,
    VOTES,
    Face,
    agreed_images,
    framed,
    frontal_face,
    frontal_faces,
    main,
    mean_shape,
    similarity,
)
from happysad.features.faces.align import eye_centers, transform_points
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.demo.rendering import load_basis
from happysad.utils.errors import UserError

COLUMNS = ["neutral", "happiness", "surprise", "sadness", "anger"]


def write_votes(folder: Path, rows: dict[str, list[int]]) -> None:
    table = pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS)
    table.assign(nf=99).rename_axis("file").to_csv(folder / VOTES)
    for name in rows:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_only_agreed_training_images(tmp_path: Path) -> None:
    rows = {
        "train/sad/Training_2.png": [1, 0, 0, 9, 0],
        "train/happy/Training_1.png": [0, 10, 0, 0, 0],
        "train/sad/Training_3.png": [6, 0, 0, 4, 0],  # too few call it sad
        "train/happy/Training_8.png": [4, 6, 0, 0, 0],
        "train/sad/Training_4.png": [0, 8, 0, 2, 0],  # most call it happy
        "test/happy/PublicTest_5.png": [0, 10, 0, 0, 0],
        "train/happy/PrivateTest_6.png": [0, 10, 0, 0, 0],
        "train/anger/Training_7.png": [0, 10, 0, 0, 0],
    }
    write_votes(tmp_path, rows)
    chosen = [(path.name, label) for path, label in agreed_images(tmp_path)]
    assert chosen == [("Training_1.png", "happy"), ("Training_2.png", "sad")]


def build(folder: Path, out: Path) -> Result:
    return CliRunner().invoke(main, [str(folder), "--out", str(out)])


def test_missing_votes_or_class(tmp_path: Path) -> None:
    result = build(tmp_path, tmp_path / "basis.npz")
    assert (result.exit_code, f"{VOTES} is missing" in result.stderr) == (2, True)
    write_votes(tmp_path, {"train/happy/Training_1.png": [0, 10, 0, 0, 0]})
    result = build(tmp_path, tmp_path / "basis.npz")
    assert (result.exit_code, "lacks the happy or the sad" in result.stderr) == (2, True)


def test_a_similarity_is_found_again() -> None:
    points = np.random.default_rng(0).normal(0, 9, (68, 2)).astype(np.float32)
    matrix = np.array([[0.8, -0.6, 3], [0.6, 0.8, -2]]) * 1.5
    target = transform_points(points, matrix).astype(float)
    np.testing.assert_allclose(similarity(points, target), matrix, atol=1e-4)


def test_frame_brings_the_landmarks_to_their_places(tmp_path: Path) -> None:
    import cv2

    images, _ = make_demo_faces(6, variation=2, size=128)
    faces = []
    for number, image in enumerate(images):
        path = tmp_path / f"{number}.png"
        cv2.imwrite(str(path), image)
        faces.append(frontal_face(path))
    used = [face for face in faces if face is not None]
    assert len(used) >= 4
    mean = mean_shape(used)
    eyes = eye_centers(mean.astype(np.float32))
    np.testing.assert_allclose(eyes, np.array([[0.32, 0.38], [0.68, 0.38]]) * 96 - 0.5, atol=0.2)
    filled, shapes, textures = framed(used, mean)
    assert filled.all()
    assert np.abs(shapes - mean).mean() < 3
    assert textures.shape == (len(used), 64, 64)
    # What lies under a landmark in the image lies under its mean place in the texture.
    marked = np.zeros_like(used[0].gray)
    for x, y in used[0].points[36:48]:
        cv2.circle(marked, (round(float(x)), round(float(y))), 3, 255, -1)
    _, _, (texture,) = framed([Face(marked, used[0].points)], mean)
    x, y = np.rint((mean[36:48] + 0.5) * 64 / 96 - 0.5).astype(int).T
    assert texture[y, x].mean() > 150
    assert texture.mean() < 30


def test_an_image_too_tight_for_the_frame_is_left_out(tmp_path: Path) -> None:
    import cv2

    (image, _), _ = make_demo_faces(2, variation=0, size=128)
    cv2.imwrite(str(tmp_path / "face.png"), image)
    face = frontal_face(tmp_path / "face.png")
    assert face is not None
    tight = Face(face.gray[30:115, 30:98], face.points - [30, 30])
    filled, shapes, _ = framed([face, tight], mean_shape([face]))
    assert filled.tolist() == [True, False]
    assert len(shapes) == 1


def test_no_face_no_frame(tmp_path: Path) -> None:
    import cv2

    path = tmp_path / "grey.png"
    cv2.imwrite(str(path), np.full((48, 48), 90, np.uint8))
    assert frontal_face(path) is None
    with pytest.raises(UserError, match="each class needs two"):
        frontal_faces([(path, "happy"), (path, "sad")])


@pytest.mark.real
@pytest.mark.slow
def test_same_data_same_bytes_and_copies_are_refused(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fer = shared_data / "fer2013"
    rows = agreed_images(fer)
    few = [row for label in ("happy", "sad") for row in [r for r in rows if r[1] == label][:60]]
    for path, label in few:
        target = tmp_path / "train" / label
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    shutil.copy(fer / VOTES, tmp_path)
    refused = tmp_path / "refused.npz"
    result = build(tmp_path, refused)
    assert result.exit_code == 2  # so few faces are drawn again
    assert "is the copy of a real one" in result.stderr
    assert not refused.exists()
    monkeypatch.setattr(build_demo_faces, "MAX_SIMILARITY", 1)
    one, two = tmp_path / "one.npz", tmp_path / "two.npz"
    for out in (one, two):
        assert build(tmp_path, out).exit_code == 0
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.real
@pytest.mark.slow
def test_no_drawn_face_is_a_copy_of_a_real_one(shared_data: Path) -> None:
    """On the sad faces and some of the happy ones; the script itself looks at all of them."""
    rows = agreed_images(shared_data / "fer2013")
    some = [row for row in rows if row[1] == "sad"][:300] + rows[:200]
    faces, _ = frontal_faces(some)
    _, _, textures = framed(faces, load_basis().shape.astype(float))
    assert nearest_similarity(load_basis(), textures).max() < MAX_SIMILARITY
