from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from happysad.pipeline.data.class_folders import read_source
from happysad.pipeline.data.records import ImageRecords
from happysad.utils.errors import UserError


def touch(root: Path, *names: str) -> Path:
    """Files that only have a name: records opens none of them."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def listed(records: ImageRecords) -> list[tuple[str, str, str]]:
    frame = records.frame
    return sorted(zip(records.names(frame.path), frame.label, frame.split, strict=True))


def test_class_folders_with_synonyms_and_depth(tmp_path: Path) -> None:
    touch(tmp_path, "Happiness/a.JPG", "joy/deep/er/b.png", "SADNESS/c.webp")
    assert listed(read_source(tmp_path)) == [
        ("Happiness/a.JPG", "happy", ""),
        ("SADNESS/c.webp", "sad", ""),
        ("joy/deep/er/b.png", "happy", ""),
    ]
    assert read_source(tmp_path).notes == []


def test_part_folders(tmp_path: Path) -> None:
    for val, test in (("valid", "Testing"), ("Validation", "TEST")):
        parts = ("train", val, test)
        names = [f"{part}/{label}/a.jpg" for part in parts for label in ("happy", "sad")]
        frame = read_source(touch(tmp_path / val, *names)).frame
        assert Counter(frame["split"]) == {"train": 2, "val": 2, "test": 2}, parts


def test_all_that_is_left_out_is_counted_and_named(tmp_path: Path) -> None:
    touch(tmp_path, "happy/a.jpg", "sad/b.jpg", "neutral/c.jpg", "neutral/d.jpg", "fear/e.jpg")
    touch(tmp_path, "notes.txt", "happy/list.csv", "f.jpg", "empty.d/readme.md")
    assert read_source(tmp_path).notes == [
        "3 images of other classes left out: fear (1), neutral (2)",
        "1 image outside the class folders left out: f.jpg",
        "3 non-image files left out: empty.d/readme.md, happy/list.csv, notes.txt",
    ]


def test_images_of_other_classes_are_listed_apart(tmp_path: Path) -> None:
    touch(
        tmp_path, "train/happy/a.jpg", "train/sad/b.jpg", "train/neutral/c/d.jpg", "test/sad/e.jpg"
    )
    touch(tmp_path, "test/fear/f.jpg", "train/neutral/notes.txt")
    records = read_source(tmp_path)
    assert {row[1] for row in listed(records)} == {"happy", "sad"}
    others = records.others
    assert sorted(zip(records.names(others.path), others.label, others.split, strict=True)) == [
        ("test/fear/f.jpg", "fear", "test"),
        ("train/neutral/c/d.jpg", "neutral", "train"),
    ]


def test_what_lies_beside_the_parts_is_named(tmp_path: Path) -> None:
    touch(tmp_path, "train/happy/a.jpg", "train/sad/b.jpg", "train/c.jpg", "happy/d.jpg")
    records = read_source(touch(tmp_path, "test/0001.jpg"))
    assert [row[0] for row in listed(records)] == ["train/happy/a.jpg", "train/sad/b.jpg"]
    assert records.notes == [
        "3 images outside the class folders left out: happy/d.jpg, test/0001.jpg, train/c.jpg"
    ]


def test_hidden_files_and_folders_are_ignored(tmp_path: Path) -> None:
    touch(tmp_path, "happy/a.jpg", "sad/b.jpg", ".DS_Store", "happy/.x.jpg", "sad/Thumbs.db")
    records = read_source(touch(tmp_path, ".git/c.jpg", "__MACOSX/happy/d.jpg"))
    assert len(records.frame) == 2
    assert records.notes == []


def test_a_link_that_loops_is_walked_once(tmp_path: Path) -> None:
    touch(tmp_path, "happy/a.jpg", "sad/b.jpg")
    (tmp_path / "happy" / "again").symlink_to(tmp_path / "happy", target_is_directory=True)
    assert len(read_source(tmp_path).frame) == 2


def test_fer2013_names_decide_on_the_part(tmp_path: Path) -> None:
    touch(tmp_path, "train/happy/Training_happy1.png", "train/sad/Training_sad2.png")
    touch(tmp_path, "test/happy/PublicTest_happy3.png", "test/sad/PrivateTest_sad4.png")
    touch(tmp_path, "test/fear/PublicTest_fear5.png", "test/fear/Training_fear6.png")
    records = read_source(tmp_path)
    assert records.others["split"].tolist() == ["val", "train"]
    assert [row[2] for row in listed(records)] == ["val", "test", "train", "train"]
    assert "PublicTest is val" in " ".join(records.notes)
    # One name without a prefix: the folders are the parts again.
    records = read_source(touch(tmp_path, "test/sad/5.jpg"))
    assert [row[2] for row in listed(records)] == ["test", "test", "test", "train", "train"]
    assert records.others["split"].tolist() == ["test", "test"]
    assert records.notes == ["2 images of other classes left out: fear (2)"]


def test_a_folder_with_one_table(tmp_path: Path) -> None:
    touch(tmp_path, "pictures/a.jpg", "votes.csv")
    (tmp_path / "list.csv").write_text("path,label\npictures/a.jpg,happy\n")
    records = read_source(touch(tmp_path, "pictures/b.heic", "c.jpg"))
    assert listed(records) == [("pictures/a.jpg", "happy", "")]
    assert records.notes == [
        "2 images that list.csv does not list left out: c.jpg, pictures/b.heic",
        "1 non-image file left out: votes.csv",
    ]
    assert read_source(tmp_path / "list.csv").notes == []
    (tmp_path / "more.csv").write_text("file,class\n")
    with pytest.raises(UserError, match=r"several tables.*list\.csv, more\.csv"):
        read_source(tmp_path)


def test_errors_say_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere does not exist"):
        read_source(tmp_path / "nowhere")
    with pytest.raises(UserError, match=r"is empty: expected are the folders happy and sad"):
        read_source(tmp_path)
    with pytest.raises(UserError, match=r"no class folders \(neutral found\): expected are"):
        read_source(touch(tmp_path, "neutral/a.jpg"))
