"""``happysad predict``."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from PIL import Image
from skimage.data import coffee


@pytest.fixture
def album(tmp_path, photo):
    """A folder of a smile, a photo without a face, and a text that calls itself an image."""
    folder = tmp_path / "album"
    folder.mkdir()
    shutil.copy(photo, folder / "a_smile [1].jpg")
    Image.fromarray(coffee()).save(folder / "coffee.png")
    (folder / "text.jpg").write_text("no picture")
    return folder


def test_a_table_with_a_line_for_each_face_or_why_there_is_none(happysad, model_file, album):
    lines = happysad("predict", "--model", model_file, album).stdout.splitlines()
    assert lines[0].split() == ["image", "face", "answer", "p(happy)", "box"]
    assert lines[1].startswith(f"{album / 'a_smile [1].jpg'} ")
    assert lines[1].split()[-7:-5] == ["0", "happy"]
    assert lines[2].split("coffee.png")[1].strip() == "no face"
    assert "unreadable: it is not an image" in lines[3]
    assert lines[4].startswith("no face found in 1 of 3 images")
    assert len(lines) == 5


def test_long_paths_are_whole_where_no_terminal_cuts_them(happysad, model_file, photo, tmp_path):
    deep = tmp_path.joinpath(*["a rather long name of a folder"] * 5)
    deep.mkdir(parents=True)
    shutil.copy(photo, deep / "photo.jpg")
    assert str(deep / "photo.jpg") in happysad("predict", "--model", model_file, deep).stdout


def test_a_name_that_no_terminal_can_show_is_shown_as_far_as_it_can(happysad, model_file, tmp_path):
    (tmp_path / "a\tb\x1b[2Jé.jpg").write_text("no picture")
    line = happysad("predict", "--model", model_file, tmp_path).stdout.splitlines()[1]
    assert line.startswith(f"{tmp_path}/a?b?[2Jé.jpg ")


def test_the_table_as_a_file(happysad, model_file, album, tmp_path):
    file = tmp_path / "new" / "answers.csv"
    result = happysad("predict", "--model", model_file, album / "coffee.png", album, "--csv", file)
    assert result.stdout.splitlines()[-1] == f"written to {file}"
    rows = pd.read_csv(file)
    assert list(rows["status"]) == ["no_face", "ok", "no_face", "unreadable"]
    assert rows["p_happy"].iloc[1] > 0.5


def test_tight_crops(happysad, model_file, demo_data):
    crops = demo_data / "test" / "happy"
    lines = happysad("predict", "--model", model_file, crops, "--crops").stdout.splitlines()
    assert len(lines) == 1 + 5
    assert all(("happy" in line or "sad" in line) for line in lines[1:])


def test_wrong_images_are_one_sentence(refused, model_file, tmp_path):
    told = refused("predict", "--model", model_file, tmp_path / "nothing.jpg")
    assert f"no image or folder {tmp_path / 'nothing.jpg'}" in told
    assert "holds no images" in refused("predict", "--model", model_file, tmp_path)


def test_wrong_models_are_one_sentence(refused, model_file, photo, tmp_path):
    assert "no model file" in refused("predict", "--model", tmp_path / "no.joblib", photo)
    assert "no model file" in refused("predict", "--model", tmp_path, photo)
    cut = tmp_path / "cut.joblib"
    cut.write_bytes(model_file.read_bytes()[: model_file.stat().st_size // 2])
    assert "has no card" in refused("predict", "--model", cut, photo)
    shutil.copy(f"{model_file}.json", f"{cut}.json")
    assert "is damaged" in refused("predict", "--model", cut, photo)
    text = tmp_path / "text.joblib"
    text.write_text("no model")
    assert "has no card" in refused("predict", "--model", text, photo)
    shutil.copy(f"{model_file}.json", f"{text}.json")
    assert "is damaged" in refused("predict", "--model", text, photo)


def test_a_table_that_cannot_be_written_is_one_sentence(refused, model_file, photo, tmp_path):
    (tmp_path / "file").write_text("mine")
    told = refused("predict", "--model", model_file, photo, "--csv", tmp_path / "file" / "a.csv")
    assert "cannot write the table" in told
    (tmp_path / "folder.csv").mkdir()
    assert "cannot write" in refused(
        "predict", "--model", model_file, photo, "--csv", tmp_path / "folder.csv"
    )


def test_without_a_name_the_shipped_model_answers(happysad, photo):
    table = happysad("predict", photo).stdout
    assert table == happysad("predict", "--model", "fusion", photo).stdout
    assert table.splitlines()[1].split()[-6:-5] == ["happy"]  # she smiles


def test_a_model_in_the_place_of_an_image_is_one_sentence(refused, model_file, photo):
    told = refused("predict", model_file, photo)
    assert told.endswith(f"say happysad predict --model {model_file} {photo}")
    assert "is a model, no image" in refused("predict", "mine.onnx")
