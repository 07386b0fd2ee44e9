from __future__ import annotations

from collections import Counter
from pathlib import Path

from happysad.pipeline.data.records import (
    ImageRecords,
    class_counts,
    counted,
    fer2013_parts,
    label_of,
    part_of,
    records_frame,
)


def test_class_names() -> None:
    for label, names in {
        "happy": ("happy", "HAPPINESS", "Joy", "smile", " Smiling "),
        "sad": ("Sad", "SADNESS", "unhappy"),
        "": ("neutral", "", "happysad", "not happy"),
    }.items():
        assert [label_of(name) for name in names] == [label] * len(names)


def test_part_names() -> None:
    for part, names in {
        "train": ("Train", "TRAINING"),
        "val": ("val", "Valid", "validation", "dev", "PublicTest"),
        "test": ("TEST", "testing", "PrivateTest"),
        "": ("happy",),
    }.items():
        assert [part_of(name) for name in names] == [part] * len(names)


def test_a_note_counts_and_names_five() -> None:
    assert counted(["a"], "file", "left out") == "1 file left out: a"
    seven = counted(list("abcdefg"), "file", "left out")
    assert seven == "7 files left out: a, b, c, d, e, and 2 more"
    assert counted(list("abcde"), "x", "y").endswith("d, e")


def test_notes() -> None:
    records = ImageRecords("x", Path("/data/x"), records_frame([]))
    records.add_other_classes(Counter(neutral=600, fear=7, anger=0))
    records.add_other_classes(Counter(neutral=0))
    records.add_note([], "file", "kept")
    records.add_note(records.names(["/data/x/happy/a.jpg", "/other/a.jpg"]), "file", "kept")
    assert records.notes == [
        "607 images of other classes left out: fear (7), neutral (600)",
        "2 files kept: happy/a.jpg, /other/a.jpg",
    ]


def test_the_frame_is_text_even_without_rows() -> None:
    for rows in ([], [("/a.jpg", "sad", "", "")]):
        frame = records_frame(rows)
        assert frame.columns.tolist() == ["path", "label", "split", "group"]
        assert set(frame.dtypes.astype(str)) == {"str"}


def test_fer2013s_names_tell_the_part_where_all_do() -> None:
    names = ["Training_happy0.png", "PublicTest_sad1.png", "PrivateTest_sad2.png"]
    assert fer2013_parts([Path(name) for name in names]) == ["train", "val", "test"]
    assert fer2013_parts([Path(name) for name in [*names, "Training.png"]]) == []
    assert fer2013_parts([]) == []


def test_classes_are_counted_most_often_first() -> None:
    labels = ["neutral", "fear", "angry", *["surprise"] * 1200]
    assert class_counts(labels) == "surprise 1,200, angry 1, fear 1, neutral 1"
    assert class_counts([]) == ""
