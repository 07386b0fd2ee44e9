"""Images and folders to a row per face, and a word where there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from skimage.data import astronaut, coffee

from happysad.features.errors import UserError
from happysad.pipeline.demo_faces import make_demo_faces
from happysad.pipeline.model_file import load_model
from happysad.pipeline.predict import COLUMNS, predict


@pytest.fixture(scope="module")
def model(model_file):
    return load_model(model_file)


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "a_text.jpg"
    path.write_text("no picture at all")
    return path


def test_a_smile_in_a_photo(model, photo):
    frame = predict(model, [photo])
    assert list(frame.columns) == COLUMNS
    (row,) = frame.to_dict("records")
    assert (row["image"], row["face"], row["status"]) == (str(photo), 0, "ok")
    assert row["label"] == "happy"
    assert 0.5 < row["p_happy"] <= 1
    left, top, right, bottom = row["box"]
    assert 140 < left < 220 < right < 320  # where the astronaut's face is
    assert 40 < top < 130 < bottom < 230


def test_answers_are_the_models_own(model):
    images, _ = make_demo_faces(6, random_state=5)
    frame = predict(model, list(images), crops=True)
    assert list(frame["image"]) == [f"array {i}" for i in range(6)]
    assert list(frame["label"]) == list(model.predict(list(images)))
    expected = model.predict_proba(list(images))[:, 0]
    np.testing.assert_allclose(frame["p_happy"], expected, atol=1e-6)


def test_no_face_and_unreadable_are_rows_and_keep_their_place(model, photo, text):
    frame = predict(model, [coffee(), str(photo), text, photo])
    assert list(frame["face"]) == [-1, 0, -1, 0]
    assert frame["status"].iloc[0] == "no_face"
    assert frame["status"].iloc[2] == "unreadable"
    assert "not an image" in frame["reason"].iloc[2]
    assert list(frame["image"]) == ["array 0", str(photo), str(text), str(photo)]
    for column in ("label", "p_happy", "box"):
        assert list(frame[column].isna()) == [True, False, True, False], column
    assert frame["label"].iloc[1] == frame["label"].iloc[3]


def test_nothing_but_failures(model, text):
    frame = predict(model, [text, coffee()])
    assert list(frame.columns) == COLUMNS
    assert frame["label"].isna().all()
    assert len(frame) == 2


def test_no_sources_give_no_rows(model):
    frame = predict(model, [])
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns) == COLUMNS
    assert len(frame) == 0


def test_every_face_of_a_photo_is_answered(model):
    one = astronaut()[:320, 80:400]
    two = np.concatenate([one, one[:, ::-1]], axis=1)
    frame = predict(model, [two, one])
    assert list(frame["image"]) == ["array 0", "array 0", "array 1"]
    assert list(frame["face"]) == [0, 1, 0]
    centers = sorted((box[0] + box[2]) / 2 for box in frame["box"][:2])
    assert centers[0] < 320 < centers[1]
    alone = frame["p_happy"].iloc[2]
    assert (frame["p_happy"].iloc[:2] - alone).abs().min() < 0.15


def test_crops_are_taken_whole_where_no_face_is_found(model):
    blank = np.full((60, 60), 128, np.uint8)
    assert predict(model, [blank])["status"].iloc[0] == "no_face"
    (row,) = predict(model, [blank], crops=True).to_dict("records")
    assert row["status"] == "full_frame"
    np.testing.assert_allclose(row["box"], (0, 0, 60, 60), atol=4)
    assert row["label"] in ("happy", "sad")


def test_crops_are_one_face_each(model):
    one = astronaut()[:320, 80:400]
    two = np.concatenate([one, one], axis=1)
    assert list(predict(model, [two], crops=True)["face"]) == [0]


def test_folders_are_searched_in_order(model, photo, tmp_path):
    for name in ("b/2.JPG", "a/1.jpg", "a/sub folder/ä.jpeg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(photo.read_bytes())
    (tmp_path / "a" / "notes.txt").write_text("no image")
    frame = predict(model, [tmp_path])
    names = [path[len(str(tmp_path)) + 1 :] for path in frame["image"]]
    assert names == ["a/1.jpg", "a/sub folder/ä.jpeg", "b/2.JPG"]
    assert set(frame["status"]) == {"ok"}


def test_boxes_are_those_of_the_upright_image(model, photo, tmp_path):
    upright = Image.open(photo)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned right by 90 degrees
    upright.rotate(90, expand=True).save(tmp_path / "turned.jpg", exif=exif, quality=95)
    frame = predict(model, [photo, tmp_path / "turned.jpg"])
    assert list(frame["status"]) == ["ok", "ok"]
    np.testing.assert_allclose(frame["box"].iloc[1], frame["box"].iloc[0], atol=8)


def test_wrong_places_are_one_sentence(model, tmp_path):
    with pytest.raises(UserError, match=r"no image or folder .*nothing\.jpg"):
        predict(model, [tmp_path / "nothing.jpg"])
    with pytest.raises(UserError, match="holds no images"):
        predict(model, [tmp_path])
