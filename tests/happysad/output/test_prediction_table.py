"""What predict prints and writes."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from happysad.output.prediction_table import (
    print_predictions,
    shown,
    summary,
    write_csv,
    write_json,
)
from happysad.pipeline.prediction.prediction import COLUMNS, FacePrediction, ImagePrediction
from happysad.utils.errors import UserError

PREDICTIONS = [
    ImagePrediction(
        "a.jpg", "ok", "", 9, 9,
        (
            FacePrediction("happy", 0.97123456789, (1, 2, 3, 4), 0.91234567),
            FacePrediction("unsure", 0.5, (5, 6, 7, 8), 0.7),
        ),
    ),
    ImagePrediction("b,\n.jpg", "no_face", "", 9, 9),
    ImagePrediction("c.jpg", "unreadable", "it is not an image file"),
    ImagePrediction(
        "d.jpg", "full_frame", "", 9, 9,
        (FacePrediction("sad", 0.0, (0, 0, 9, 9), 0.0, "full_frame"),),
    ),
]  # fmt: skip


def test_the_table_lines_up(capsys):
    print_predictions(PREDICTIONS)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["image", "face", "answer", "confidence", "box"]
    assert lines[1].split() == ["a.jpg", "0", "happy", "0.97", "1", "2", "3", "4"]
    assert lines[2].split() == ["a.jpg", "1", "unsure", "5", "6", "7", "8"]
    assert lines[3].split("  ")[-1].strip() == "no face"
    assert "unreadable: it is not an image file" in lines[4]
    assert lines[5].split()[2:7] == ["sad", "(no", "face", "found)", "0.99"]
    words = ("answer", "happy", "unsure")
    starts = {line.index(word) for line, word in zip(lines[:3], words, strict=True)}
    assert len(starts) == 1


def test_a_long_reason_does_not_part_the_columns(capsys):
    print_predictions(
        [*PREDICTIONS, ImagePrediction("e.jpg", "unreadable", "for reasons " + 50 * "too long ")]
    )
    assert len(capsys.readouterr().out.splitlines()[1]) < 60


def test_wide_letters_take_two_columns(capsys):
    faces = PREDICTIONS[0].faces
    print_predictions(
        [ImagePrediction(name, "ok", "", 9, 9, faces) for name in ("漢字.jpg", "1234.jpg")]
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].index("happy") + 2 == lines[3].index("happy")


def test_names_that_no_terminal_can_show():
    assert shown("a\n\x1b[1mé.jpg") == "a??[1mé.jpg"


def test_the_summary_counts(capsys):
    line = summary(PREDICTIONS, crops=False)
    assert line == (
        "3 faces in 4 images: 1 happy, 1 sad, 1 unsure; no face found in 1 (if they are tight "
        "crops of faces, add --crops); no face found in 1 of 4 crops, read as a whole; 1 unreadable"
    )
    assert summary(PREDICTIONS[:1], True) == "2 faces in 1 image: 1 happy, 1 unsure"
    crops = summary([PREDICTIONS[0], *PREDICTIONS[3:] * 2], True)
    assert crops.endswith(" 2 sad, 1 unsure; no face found in 2 of 3 crops, read as a whole")
    assert summary(PREDICTIONS[2:3], True) == "0 faces in 1 image; 1 unreadable"


def test_the_csv_file_is_the_frame(tmp_path):
    write_csv(PREDICTIONS, str(tmp_path / "new" / "a.csv"))
    frame = pd.read_csv(tmp_path / "new" / "a.csv")
    assert tuple(frame.columns) == COLUMNS
    assert list(frame["image"]) == ["a.jpg", "a.jpg", "b,\n.jpg", "c.jpg", "d.jpg"]
    assert frame["p_happy"].iloc[0] == pytest.approx(0.971235)
    assert frame["p_happy"].iloc[4] == frame["score"].iloc[4] == 0.0
    assert frame["confidence"].iloc[[0, 4]].tolist() == pytest.approx([0.971235, 1.0])
    assert frame["confidence"].isna().tolist() == [False, True, True, True, False]
    assert frame["score"].iloc[0] == pytest.approx(0.912346)
    assert frame["left"].isna().tolist() == [False, False, True, True, False]


def test_json_says_what_was_asked(tmp_path, capsys):
    write_json(PREDICTIONS, str(tmp_path / "a.json"), {"model": "m"})
    content = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert content["model"] == "m"
    assert [image["status"] for image in content["images"]] == [a.status for a in PREDICTIONS]
    write_json(PREDICTIONS, "-", {"model": "m"})
    assert json.loads(capsys.readouterr().out) == content


def test_a_name_that_is_no_text_is_written_as_it_is(tmp_path):
    write_csv([ImagePrediction("\udcff.jpg", "no_face")], str(tmp_path / "a.csv"))
    assert b"\xff.jpg,-1,no_face" in (tmp_path / "a.csv").read_bytes()


def test_json_holds_text_whatever_the_name(tmp_path, capsys):
    for name in ("\udcff.jpg", "ä.jpg"):
        write_json([ImagePrediction(name, "no_face")], str(tmp_path / "a.json"), {})
        text = (tmp_path / "a.json").read_bytes().decode()  # in UTF-8
        assert json.loads(text)["images"][0]["image"] == name
    assert "ä.jpg" in text


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match="cannot write the table"):
        write_csv(PREDICTIONS, str(tmp_path / "folder"))
    with pytest.raises(UserError, match="cannot write the answers"):
        write_json(PREDICTIONS, str(tmp_path / "folder"), {})
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
