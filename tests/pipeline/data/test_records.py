from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from happysad.pipeline.data.records import (
    ImageRecords,
    fer2013_parts,
    label_of,
    note,
    other_classes_note,
    part_of,
)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        *[(name, "happy") for name in ("happy", "HAPPINESS", "Joy", "smile", " Smiling ")],
        *[(name, "sad") for name in ("Sad", "SADNESS", "unhappy")],
        *[(name, "") for name in ("neutral", "", "happysad", "not happy")],
    ],
)
def test_class_names(name: str, label: str) -> None:
    assert label_of(name) == label


@pytest.mark.parametrize(
    ("name", "part"),
    [
        *[(name, "train") for name in ("Train", "TRAINING")],
        *[(name, "val") for name in ("val", "Valid", "validation", "dev", "PublicTest")],
        *[(name, "test") for name in ("TEST", "testing", "PrivateTest")],
        ("happy", ""),
    ],
)
def test_part_names(name: str, part: str) -> None:
    assert part_of(name) == part


def test_a_note_counts_and_names_five() -> None:
    assert note(["a"], "file left out", "files left out") == "1 file left out: a"
    seven = note(list("abcdefg"), "file left out", "files left out")
    assert seven == "7 files left out: a, b, c, d, e, and 2 more"
    assert note(list("abcde"), "x", "y").endswith("d, e")


def test_other_classes_are_counted_by_name() -> None:
    line = "607 images of other classes left out: fear (7), neutral (600)"
    assert other_classes_note(Counter(neutral=600, fear=7)) == [line]
    assert other_classes_note(Counter(neutral=0)) == []


def test_names_are_relative_to_the_data_set() -> None:
    listing = ImageRecords("x", Path("/data/x"))
    assert listing.short(Path("/data/x/happy/a.jpg")) == "happy/a.jpg"
    assert listing.short(Path("/other/a.jpg")) == "/other/a.jpg"


def test_fer2013s_names_tell_the_part_where_all_do() -> None:
    names = ["Training_happy0.png", "PublicTest_sad1.png", "PrivateTest_sad2.png"]
    assert fer2013_parts([Path(name) for name in names]) == ["train", "val", "test"]
    assert fer2013_parts([Path(name) for name in [*names, "Training.png"]]) == []
    assert fer2013_parts([]) == []
