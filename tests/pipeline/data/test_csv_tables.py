from __future__ import annotations

from pathlib import Path

import pytest

from happysad.pipeline.data.csv_tables import is_data_table, person_of, read_table
from happysad.pipeline.data.records import ImageRecords
from happysad.utils.errors import UserError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("a.jpg", "b.jpg", "c d ü.jpg", "images/Tony_Blair_0001.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def write(home: Path, text: str, name: str = "list.csv", encoding: str = "utf-8") -> Path:
    (home / name).write_text(text, encoding=encoding)
    return home / name


def names(records: ImageRecords) -> list[str]:
    assert all(Path(path).is_file() for path in records.frame["path"])
    return records.names(records.frame["path"])


def test_a_manifest(home: Path) -> None:
    text = "Path, Label,split,group\na.jpg,Joy,Training,anna\nc d ü.jpg, SAD,valid,\n\n"
    records = read_table(write(home, text))
    assert records.frame.drop(columns="path").to_numpy().tolist() == [
        ["happy", "train", "anna"],
        ["sad", "val", ""],
    ]
    assert names(records) == ["a.jpg", "c d ü.jpg"]
    assert (records.name, records.notes) == ("list", [])


def test_other_names_for_the_columns(home: Path) -> None:
    for header in ("image,emotion", "file,class", "filename,label"):
        assert names(read_table(write(home, f"{header}\na.jpg,happy\n"))) == ["a.jpg"], header


def test_a_column_without_a_name(home: Path) -> None:
    frame = read_table(write(home, "path,label,\na.jpg,happy,odd\n")).frame
    assert frame[["split", "group"]].to_numpy().tolist() == [["", ""]]


def test_as_a_spreadsheet_saves_it(home: Path) -> None:
    text = '"path";"label"\n"c d ü.jpg";"happy"\n"images\\Tony_Blair_0001.jpg";"sad"\n'
    records = read_table(write(home, text, encoding="utf-8-sig"))
    assert names(records) == ["c d ü.jpg", "images/Tony_Blair_0001.jpg"]


def test_absolute_paths(home: Path) -> None:
    records = read_table(write(home, f"path,label\n{home / 'a.jpg'},sad\n"))
    assert records.frame["path"].tolist() == [str(home / "a.jpg")]


def test_images_of_other_classes_are_listed_apart(home: Path) -> None:
    lines = "a.jpg,happy,test\nb.jpg,Fear,Training\nb.jpg,fear,Training\nc d ü.jpg,,val\n"
    others = read_table(write(home, "path,label,split\n" + lines)).others
    columns = others[["label", "split"]].to_numpy().tolist()
    assert columns == [["fear", "train"], ["no label", "val"]]
    assert others["path"].tolist() == [str(home / "b.jpg"), str(home / "c d ü.jpg")]


def test_what_is_left_out_is_named(home: Path) -> None:
    lines = "a.jpg,happy\na.jpg,JOY\nb.jpg,happy\n./b.jpg,sad\ngone.jpg,sad\nc d ü.jpg,fear\nx,\n"
    records = read_table(write(home, "path,label\n" + lines))
    assert names(records) == ["a.jpg"]
    assert records.notes == [
        "2 images of other classes left out: fear (1), no label (1)",
        "1 image listed more than once and kept once: a.jpg",
        "1 image with both labels left out: b.jpg",
        "1 listed file not found and left out: gone.jpg",
    ]


def test_muxspace_legend(home: Path) -> None:
    text = "user.id,image,emotion\n1,Tony_Blair_0001.jpg,HAPPINESS\n2,Tony_Blair_0001.jpg,joy\n"
    records = read_table(write(home, text, "legend.csv"))
    assert records.frame[["label", "group"]].to_numpy().tolist() == [["happy", "Tony_Blair"]]
    assert records.notes == [
        "1 image listed more than once and kept once: images/Tony_Blair_0001.jpg",
    ]
    assert records.name == home.name


def test_person_of() -> None:
    assert person_of("Angela_Mascia-Frye_0001.jpg") == "Angela_Mascia-Frye"
    assert person_of("Kajol_12.jpg") == "Kajol"
    assert person_of("somebody.jpg") == "somebody"


def test_a_table_that_cannot_be_used(home: Path) -> None:
    for text, message in (
        ("name,label\na.jpg,happy\n", "needs a column path and a column label.*name, label"),
        ("path,label,split\na.jpg,happy,holdout\n", "part 'holdout' in line 2: write train"),
        ("path,label\na.jpg,happy,more\n", "line 2 has 3 fields"),
        ("", "first line is empty"),
    ):
        with pytest.raises(UserError, match=message):
            read_table(write(home, text))


def test_not_a_table(home: Path) -> None:
    (home / "photo.csv").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(UserError, match="not UTF-8"):
        read_table(home / "photo.csv")
    write(home, "path,label\na.jpg,happy\n").open("ab").write(b"caf\xe9.jpg,sad\n")
    with pytest.raises(UserError, match="cannot read the table"):
        read_table(home / "list.csv")


def test_what_counts_as_a_table_of_images(home: Path) -> None:
    assert is_data_table(write(home, "emotion, Usage, pixels\n"))
    assert is_data_table(write(home, "file;class\n"))
    assert not is_data_table(write(home, "file,happiness,sadness\n"))
    assert not is_data_table(write(home, "path,label\n", "list.txt"))
    assert not is_data_table(home / "gone.csv")
