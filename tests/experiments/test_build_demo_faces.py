"""The script that learns the built-in faces: which images it takes, and what it writes."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from happysad.experiments.build_demo_faces import (
    MAX_LIKENESS,
    VOTES,
    agreed_images,
    framed_face,
    framed_faces,
    main,
)
from happysad.experiments.eigenfaces import nearest_likeness
from happysad.features.align import eye_centers
from happysad.features.detect import find_faces, find_landmarks
from happysad.features.errors import UserError
from happysad.pipeline.demo_draw import load_basis
from happysad.pipeline.demo_faces import make_demo_faces

COLUMNS = ["neutral", "happiness", "surprise", "sadness", "anger"]


def write_votes(folder: Path, rows: dict[str, list[int]]) -> None:
    table = pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS)
    table.assign(nf=99).rename_axis("file").to_csv(folder / VOTES)
    for name in rows:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_only_agreed_training_images(tmp_path: Path) -> None:
    rows = {
        "train/sad/Training_2.jpg": [1, 0, 0, 9, 0],
        "train/happy/Training_1.jpg": [0, 10, 0, 0, 0],
        "train/sad/Training_3.jpg": [6, 0, 0, 4, 0],  # most call it neutral
        "train/sad/Training_4.jpg": [0, 8, 0, 2, 0],  # most call it happy
        "test/happy/PublicTest_5.jpg": [0, 10, 0, 0, 0],
        "train/happy/PrivateTest_6.jpg": [0, 10, 0, 0, 0],
        "train/anger/Training_7.jpg": [0, 10, 0, 0, 0],
    }
    write_votes(tmp_path, rows)
    chosen = [(path.name, label) for path, label in agreed_images(tmp_path)]
    assert chosen == [("Training_1.jpg", "happy"), ("Training_2.jpg", "sad")]


def test_missing_votes_or_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert f"{VOTES} is missing" in capsys.readouterr().err
    write_votes(tmp_path, {"train/happy/Training_1.jpg": [0, 10, 0, 0, 0]})
    assert main([str(tmp_path)]) == 2
    assert "lacks the happy or the sad images" in capsys.readouterr().err


def test_frame_brings_the_eyes_to_their_place(tmp_path: Path) -> None:
    import cv2

    images, _ = make_demo_faces(6, variation=2, size=128)
    used = 0
    for number, image in enumerate(images):
        path = tmp_path / f"{number}.png"
        cv2.imwrite(str(path), image)
        frame = framed_face(path)
        if frame is None:
            continue
        used += 1
        assert frame.shape == (96, 96)
        eyes = eye_centers(find_landmarks(frame, find_faces(frame, -1.0)[0]))
        expected = np.array([[0.32, 0.37], [0.68, 0.37]]) * 96 - 0.5
        np.testing.assert_allclose(eyes, expected, atol=4)
    assert used >= 4


def test_no_face_no_frame(tmp_path: Path) -> None:
    import cv2

    path = tmp_path / "grey.png"
    cv2.imwrite(str(path), np.full((48, 48), 90, np.uint8))
    assert framed_face(path) is None
    with pytest.raises(UserError, match="each class needs two"):
        framed_faces([(path, "happy"), (path, "sad")])


@pytest.mark.real
def test_same_data_same_bytes(shared_data: Path, tmp_path: Path) -> None:
    fer = shared_data / "fer2013"
    rows = agreed_images(fer)
    few = [row for label in ("happy", "sad") for row in [r for r in rows if r[1] == label][:50]]
    for path, label in few:
        target = tmp_path / "train" / label
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    shutil.copy(fer / VOTES, tmp_path)
    one, two = tmp_path / "one.npz", tmp_path / "two.npz"
    for out in (one, two):
        assert main([str(tmp_path), "--out", str(out)]) == 0
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.real
def test_no_drawn_face_is_a_copy_of_a_real_one(shared_data: Path) -> None:
    """On the sad faces and some of the happy ones; the script itself looks at all of them."""
    rows = agreed_images(shared_data / "fer2013")
    some = [row for row in rows if row[1] == "sad"][:300] + rows[:200]
    frames, _ = framed_faces(some)
    assert nearest_likeness(load_basis(), frames).max() < MAX_LIKENESS
