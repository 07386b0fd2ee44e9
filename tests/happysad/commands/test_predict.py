"""``happysad predict``."""

from __future__ import annotations

import json
import os
import shutil
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from PIL import Image
from skimage.data import coffee

from happysad.cli import main
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.model_files.model_card import read_card


@pytest.fixture
def album(tmp_path, photo):
    """A folder of a smile, a photo without a face, and a text that calls itself an image."""
    folder = tmp_path / "album"
    folder.mkdir()
    shutil.copy(photo, folder / "a_smile [1].jpg")
    Image.fromarray(coffee()).save(folder / "coffee.png")
    (folder / "text.jpg").write_text("no picture")
    return folder


@pytest.fixture
def run():
    """``run("predict", ...)`` with any end; give click's result."""

    def start(*arguments, piped=None):
        return CliRunner().invoke(main, [str(word) for word in arguments], input=piped)

    return start


def test_a_table_with_a_line_for_each_face_or_why_there_is_none(run, model_file, album):
    result = run("predict", "--model", model_file, album)
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["image", "face", "answer", "confidence", "box"]
    assert lines[1].startswith(f"{album / 'a_smile [1].jpg'} ")
    assert lines[1].split()[-7:-5] == ["0", "happy"]
    assert lines[2].split("coffee.png")[1].strip() == "no face"
    assert "unreadable: it is not an image" in lines[3]
    assert len(lines) == 4
    assert result.stderr.splitlines() == [
        "1 face in 3 images: 1 happy; no face found in 1 (if they are tight crops of faces, add "
        "--crops); 1 unreadable"
    ]
    assert result.exit_code == 1  # one could not be read


def test_quiet_leaves_the_table(run, model_file, album):
    loud, quiet = (run("predict", "--model", model_file, album, *q) for q in ((), ("--quiet",)))
    assert quiet.stdout == loud.stdout
    assert quiet.stderr == ""


def test_long_paths_are_whole_where_no_terminal_cuts_them(happysad, model_file, photo, tmp_path):
    deep = tmp_path.joinpath(*["a rather long name of a folder"] * 5)
    deep.mkdir(parents=True)
    shutil.copy(photo, deep / "photo.jpg")
    assert str(deep / "photo.jpg") in happysad("predict", "--model", model_file, deep).stdout


def test_a_name_that_no_terminal_can_show_is_shown_as_far_as_it_can(run, model_file, tmp_path):
    (tmp_path / "a\tb\x1b[2Jé.jpg").write_text("no picture")
    line = run("predict", "--model", model_file, tmp_path).stdout.splitlines()[1]
    assert line.startswith(f"{tmp_path}/a?b?[2Jé.jpg ")


def test_the_answers_as_files(run, model_file, album, tmp_path):
    csv, js = tmp_path / "new" / "answers.csv", tmp_path / "answers.json"
    images = [album / "coffee.png", album]
    result = run("predict", "--model", model_file, *images, "--csv", csv, "--json", js)
    assert result.stderr.splitlines()[1:] == [f"written to {csv}", f"written to {js}"]
    rows = pd.read_csv(csv)
    assert list(rows["status"]) == ["no_face", "ok", "no_face", "unreadable"]
    assert rows["p_happy"].iloc[1] > 0.5
    content = json.loads(js.read_text("utf-8"))
    assert [image["status"] for image in content["images"]] == list(rows["status"])
    assert content["model"] == str(model_file)


def test_the_answers_for_the_next_command(run, model_file, photo):
    result = run("predict", "--model", model_file, photo, "--csv", "-")
    assert list(pd.read_csv(StringIO(result.stdout))["label"]) == ["happy"]
    result = run("predict", "--model", model_file, photo, "--json", "-")
    assert json.loads(result.stdout)["images"][0]["faces"][0]["label"] == "happy"


def test_what_counts_as_a_face_can_be_said(run, refused, model_file, photo):
    words = ("predict", "--model", model_file, photo, "--min-score")
    content = json.loads(run(*words, 1, "--json", "-").stdout)
    assert (content["min_score"], content["images"][0]["status"]) == (1, "no_face")
    assert run(*words, 0.1).stdout.splitlines()[1].split()[2] == "happy"
    assert " (no face found)" in run(*words, 1, "--crops").stdout
    content = json.loads(run(*words[:-1], "--min-face", 30, "--json", "-").stdout)
    assert (content["min_face"], content["images"][0]["status"]) == (30, "ok")
    for wrong in (0, 1.5, "nan"):
        assert f"is a number from 0.1 to 1, not {wrong}" in refused(*words, wrong)


@pytest.mark.parametrize("parted", ["\n", "\r\n", "\0"])
def test_paths_on_standard_input(run, model_file, album, photo, parted):
    piped = parted.join([str(photo), str(album / "a_smile [1].jpg")]) + parted
    result = run("predict", "--model", model_file, "-", piped=piped)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 3


def test_a_pattern_in_quotes(happysad, model_file, album):
    result = happysad("predict", "--model", model_file, f"{album}/*.png")
    assert len(result.stdout.splitlines()) == 2


def test_the_pictures_again_with_the_answers_in_them(run, model_file, album, tmp_path):
    result = run("predict", "--model", model_file, album, "--annotate", tmp_path / "drawn")
    assert sorted(p.name for p in (tmp_path / "drawn").iterdir()) == [
        "a_smile [1].jpg",
        "coffee.png",
    ]
    assert result.stderr.splitlines()[-1] == f"2 pictures written to {tmp_path / 'drawn'}"


def test_unsure_as_usual_never_or_for_an_error_to_keep_to(happysad, tmp_path):
    images, _ = make_demo_faces(12, random_state=1)
    for number, image in enumerate(images):
        Image.fromarray(image).save(tmp_path / f"{number:02}.png")
    usual = happysad("predict", "--crops", tmp_path).stdout
    sure = happysad("predict", "--crops", "--always-answer", tmp_path).stdout
    careful = happysad("predict", "--crops", "--max-error", "0.01", tmp_path).stdout
    assert "  unsure  " not in sure
    assert 0 < usual.count("  unsure  ") < careful.count("  unsure  ") < 12


def test_the_json_says_between_which_thresholds_it_is_unsure(happysad, photo):
    usual, bold = (
        json.loads(happysad("predict", photo, *words, "--json", "-").stdout)
        for words in ((), ("--always-answer",))
    )
    card = read_card("stack")["default"]
    assert (usual["low"], usual["high"], usual["max_error"]) == (card["low"], card["high"], None)
    assert (bold["low"], bold["high"]) == (0.5, 0.5)


def test_threads_change_nothing(happysad, model_file, demo_data):
    words = ("predict", "--model", model_file, demo_data, "--crops")
    assert happysad(*words, "--jobs", "2").stdout == happysad(*words).stdout


def test_tight_crops(happysad, model_file, demo_data):
    crops = demo_data / "test" / "happy"
    lines = happysad("predict", "--model", model_file, crops, "--crops").stdout.splitlines()
    assert len(lines) == 1 + 5
    assert all(("happy" in line or "sad" in line) for line in lines[1:])


def test_wrong_images_are_one_sentence(refused, model_file, tmp_path):
    told = refused("predict", "--model", model_file, tmp_path / "nothing.jpg")
    assert f"no image or folder {tmp_path / 'nothing.jpg'}" in told
    assert "holds no images" in refused("predict", "--model", model_file, tmp_path)
    assert "is an address" in refused("predict", "--model", model_file, "https://a.b/c.jpg")
    (tmp_path / "clip.MP4").write_bytes(b"video")
    told = refused("predict", "--model", model_file, tmp_path / "clip.MP4")
    assert told.endswith(f"is a video: say happysad video {tmp_path / 'clip.MP4'}")
    assert "no paths came in" in refused("predict", "--model", model_file, "-")


def test_what_a_folder_holds_beside_images_is_named(happysad, model_file, photo, tmp_path):
    (tmp_path / "a.jpg").write_bytes(photo.read_bytes())
    (tmp_path / "clip.mov").touch()
    words = ("predict", "--model", model_file, tmp_path)
    line = f"1 non-image file of {tmp_path} left out: clip.mov"
    assert line in happysad(*words).stderr.splitlines()
    assert line not in happysad(*words, "--quiet").stderr


def test_paths_that_come_in_may_be_any_bytes(photo, model_file, tmp_path):
    name = os.fsencode(tmp_path) + b"/\xe4.jpg"
    try:
        Path(os.fsdecode(name)).write_bytes(photo.read_bytes())
    except OSError:
        pytest.skip("names are texts here")
    words = ["predict", "--model", str(model_file), "-"]
    result = CliRunner().invoke(main, words, input=name + b"\n")
    assert result.exit_code == 0, result.output
    assert "happy" in result.stdout


def test_a_recipe_is_no_model_to_predict_with(refused, photo):
    assert "happysad train --data FOLDER" in refused("predict", photo, "--model", "hog-svm")


def test_wrong_options_are_one_sentence(refused, photo, tmp_path):
    assert "cannot both be printed" in refused("predict", photo, "--csv", "-", "--json", "-")
    assert "least on its card is 0.01" in refused("predict", photo, "--max-error", "0.001")
    assert "between 0 and 1" in refused("predict", photo, "--max-error", "5")
    both = ("--max-error", "0.05", "--always-answer")
    assert "either every face is answered or" in refused("predict", photo, *both)
    assert "would write over" in refused("predict", photo, "--annotate", photo.parent)
    (tmp_path / "file").write_text("mine")
    assert "is a file: name a folder" in refused("predict", photo, "--annotate", tmp_path / "file")


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
    assert "cannot write to --csv" in told
    (tmp_path / "folder.csv").mkdir()
    assert "cannot write" in refused(
        "predict", "--model", model_file, photo, "--csv", tmp_path / "folder.csv"
    )


def test_without_a_name_the_shipped_model_answers(happysad, photo):
    table = happysad("predict", photo).stdout
    assert table == happysad("predict", "--model", "stack", photo).stdout
    assert table.splitlines()[1].split()[-6:-5] == ["happy"]  # she smiles


def test_a_model_in_the_place_of_an_image_is_one_sentence(refused, model_file, photo):
    told = refused("predict", model_file, photo)
    assert told.endswith(f"say happysad predict --model {model_file} {photo}")
    assert "is a model, no image" in refused("predict", "mine.onnx")
