"""Images and folders to a row per face, and a model of either kind of file."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from skimage.data import astronaut, coffee

from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.model_files.model_file import load_model, read_card
from happysad.pipeline.prediction.predict import load_any, predict_images
from happysad.pipeline.prediction.prediction import COLUMNS
from happysad.utils.errors import UserError

SIDES = ["left", "top", "right", "bottom"]


@pytest.fixture(scope="module")
def model(model_file):
    return load_model(model_file)


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "a_text.jpg"
    path.write_text("no picture at all")
    return path


def test_a_smile_in_a_photo(model, photo):
    frame = predict_images([photo], model)
    assert tuple(frame.columns) == COLUMNS
    (row,) = frame.to_dict("records")
    assert (row["image"], row["face"], row["status"]) == (str(photo), 0, "ok")
    assert row["label"] == "happy"
    assert 0.5 < row["p_happy"] <= 1
    left, top, right, bottom = (row[side] for side in SIDES)
    assert 140 < left < 220 < right < 320  # where the astronaut's face is
    assert 40 < top < 130 < bottom < 230


def test_answers_are_the_models_own(model):
    images, _ = make_demo_faces(6, random_state=5)
    frame = predict_images(list(images), model, crops=True)
    assert list(frame["image"]) == [f"image {i}" for i in range(6)]
    assert list(frame["label"]) == list(model.predict(list(images)))
    expected = model.predict_proba(list(images))[:, 0]
    np.testing.assert_allclose(frame["p_happy"], expected, atol=1e-6)


def test_no_face_and_unreadable_are_rows_and_keep_their_place(model, photo, text):
    frame = predict_images([coffee(), str(photo), text, photo], model)
    assert list(frame["face"]) == [-1, 0, -1, 0]
    assert frame["status"].iloc[0] == "no_face"
    assert frame["status"].iloc[2] == "unreadable"
    assert "not an image" in frame["reason"].iloc[2]
    assert list(frame["image"]) == ["image 0", str(photo), str(text), str(photo)]
    for column in ("label", "p_happy", *SIDES):
        assert list(frame[column].isna()) == [True, False, True, False], column
    assert frame["label"].iloc[1] == frame["label"].iloc[3]


def test_nothing_but_failures(model, text):
    frame = predict_images([text, coffee()], model)
    assert tuple(frame.columns) == COLUMNS
    assert frame["label"].isna().all()
    assert len(frame) == 2


def test_no_sources_give_no_rows(model):
    frame = predict_images([], model)
    assert isinstance(frame, pd.DataFrame)
    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == 0


def test_every_face_of_a_photo_is_answered(model):
    one = astronaut()[:320, 80:400]
    two = np.concatenate([one, one[:, ::-1]], axis=1)
    frame = predict_images([two, one], model)
    assert list(frame["image"]) == ["image 0", "image 0", "image 1"]
    assert list(frame["face"]) == [0, 1, 0]
    centers = sorted((frame["left"] + frame["right"])[:2] / 2)
    assert centers[0] < 320 < centers[1]
    alone = frame["p_happy"].iloc[2]
    assert (frame["p_happy"].iloc[:2] - alone).abs().min() < 0.15


def test_crops_are_taken_whole_where_no_face_is_found(model):
    blank = np.full((60, 60), 128, np.uint8)
    assert predict_images([blank], model)["status"].iloc[0] == "no_face"
    (row,) = predict_images([blank], model, crops=True).to_dict("records")
    assert row["status"] == "full_frame"
    np.testing.assert_allclose([row[side] for side in SIDES], (0, 0, 60, 60), atol=4)
    assert row["label"] in ("happy", "sad")


def test_crops_are_one_face_each(model):
    one = astronaut()[:320, 80:400]
    two = np.concatenate([one, one], axis=1)
    assert list(predict_images([two], model, crops=True)["face"]) == [0]


def test_folders_are_searched_in_order(model, photo, tmp_path):
    for name in ("b/2.JPG", "a/1.jpg", "a/sub folder/ä.jpeg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(photo.read_bytes())
    (tmp_path / "a" / "notes.txt").write_text("no image")
    with pytest.warns(UserWarning, match=r"1 non-image file of .* left out: a/notes\.txt"):
        frame = predict_images([tmp_path], model)
    names = [path[len(str(tmp_path)) + 1 :] for path in frame["image"]]
    assert names == ["a/1.jpg", "a/sub folder/ä.jpeg", "b/2.JPG"]
    assert set(frame["status"]) == {"ok"}


def test_boxes_are_those_of_the_upright_image(model, photo, tmp_path):
    upright = Image.open(photo)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned right by 90 degrees
    upright.rotate(90, expand=True).save(tmp_path / "turned.jpg", exif=exif, quality=95)
    frame = predict_images([photo, tmp_path / "turned.jpg"], model)
    assert list(frame["status"]) == ["ok", "ok"]
    boxes = frame[SIDES].to_numpy(float)
    np.testing.assert_allclose(boxes[1], boxes[0], atol=8)


def test_wrong_places_are_one_sentence(model, tmp_path):
    with pytest.raises(UserError, match=r"no image or folder .*nothing\.jpg"):
        predict_images([tmp_path / "nothing.jpg"], model)
    with pytest.raises(UserError, match="holds no images"):
        predict_images([tmp_path], model)


def test_bytes_and_files_are_answered_alike(model, photo):
    frame = predict_images([photo.read_bytes(), photo], model)
    assert list(frame["image"]) == ["image 0", str(photo)]
    assert frame["p_happy"].nunique() == 1


def test_a_shipped_model_is_taken_where_none_is_named(photo):
    frame = predict_images([photo])
    assert list(frame["label"]) == ["happy"]  # she smiles
    pd.testing.assert_frame_equal(frame, predict_images([photo], "stack"))


@pytest.mark.parametrize("asked", [{"max_error": 0.02}, {}])
def test_between_the_cards_thresholds_it_is_unsure(asked):
    images, _ = make_demo_faces(40, random_state=1)
    sure = predict_images(list(images), "texture-svm", crops=True, always_answer=True)
    careful = predict_images(list(images), "texture-svm", crops=True, **asked)
    card = read_card("texture-svm")
    (entry,) = [e for e in card["unsure"] if e["max_error"] == 0.02] if asked else [card["default"]]
    between = sure["p_happy"].between(entry["low"], entry["high"], inclusive="left")
    assert 0 < between.sum() < 40
    assert list(careful["label"] == "unsure") == list(between)
    assert set(sure["label"]) == {"happy", "sad"}
    np.testing.assert_array_equal(careful["p_happy"], sure["p_happy"])


def test_a_model_without_a_default_answers_every_face(model, model_file):
    images, _ = make_demo_faces(20, random_state=1)
    by_file = predict_images(list(images), model_file, crops=True)
    assert set(by_file["label"]) == {"happy", "sad"}
    shipped = predict_images(list(images), load_model("texture-svm"), crops=True)
    assert set(shipped["label"]) == {"happy", "sad"}  # an object has no card


def test_the_lowest_score_of_a_face_can_be_given(model, photo):
    (score,) = predict_images([photo], model)["score"]
    assert 0.6 < score <= 1
    assert list(predict_images([photo], model, min_score=1)["status"]) == ["no_face"]
    assert predict_images([photo], model, min_score=0.1)["score"].iloc[0] == score
    with pytest.raises(UserError, match=r"a number from .* to 1, not 0"):
        predict_images([photo], model, min_score=0)


def test_the_smallest_face_can_be_given(model, photo):
    scores = [predict_images([photo], model, min_face=m)["score"].iloc[0] for m in (None, 20)]
    assert scores[0] != scores[1]
    with pytest.raises(UserError, match=r"a number of pixels from 1 on, not 0"):
        predict_images([photo], model, min_face=0)


def test_thresholds_take_a_model_with_a_card(model, photo):
    with pytest.raises(UserError, match="on the model's card: name the model or its file"):
        predict_images([photo], model, max_error=0.05)
    with pytest.raises(UserError, match="either every face is answered or an error"):
        predict_images([photo], "texture-svm", max_error=0.05, always_answer=True)


def test_threads_give_the_same_rows_in_the_same_order(model):
    images, _ = make_demo_faces(70, random_state=2)
    alone = predict_images(list(images), model, crops=True)
    pd.testing.assert_frame_equal(
        predict_images(list(images), model, crops=True, n_jobs=2), alone, rtol=1e-6
    )


def test_load_any_takes_a_joblib_file_and_a_name(model_file, photo):
    for model in (model_file, str(model_file), "texture-svm", "cnn-pretrained"):
        assert load_any(model).predict([photo])[0] in ("happy", "sad")
    with pytest.raises(UserError, match=r"did you mean texture-svm\?.* stack, texture-svm and"):
        load_any("textuer-svm")


def test_an_onnx_file_is_not_unpickled(tmp_path, model_file):
    (tmp_path / "a.onnx").write_bytes(model_file.read_bytes())
    with pytest.raises(UserError, match=r"a\.onnx has no card"):
        load_any(tmp_path / "a.onnx")
    with pytest.raises(UserError, match="or export one"):
        load_any(tmp_path / "none.onnx")
