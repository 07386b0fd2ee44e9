from __future__ import annotations

import os
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from happysad.pipeline.data import fer2013_csv as fer2013_csv
from happysad.pipeline.data.csv_tables import read_table
from happysad.pipeline.data.records import ImageRecords
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import read_image

PIXELS = [np.random.default_rng(seed).integers(0, 256, (6, 6)) for seed in range(8)]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAPPYSAD_CACHE", str(tmp_path / "cache"))


def text_of(pixels: np.ndarray) -> str:
    return " ".join(map(str, pixels.ravel()))


def kaggle(tmp_path: Path) -> Path:
    usages = ["Training", "Training", "PublicTest", "PublicTest", "PrivateTest", "PrivateTest"]
    lines = [f"{3 + n % 2},{text_of(PIXELS[n])},{usage}" for n, usage in enumerate(usages)]
    lines += [f"6,{text_of(PIXELS[6])},Training", f"0,{text_of(PIXELS[7])},Training"]
    file = tmp_path / "fer2013.csv"
    file.write_text("\n".join(["emotion,pixels,Usage", *lines]) + "\n")
    return file


def check(records: ImageRecords) -> None:
    frame = records.frame
    rows = list(zip(frame.label, frame.split, strict=True))
    assert rows == [(lab, part) for part in ("train", "val", "test") for lab in ("happy", "sad")]
    for path, pixels in zip(frame["path"], PIXELS, strict=False):
        np.testing.assert_array_equal(read_image(path), pixels)


def test_kaggle_layout(tmp_path: Path) -> None:
    records = read_table(kaggle(tmp_path))
    check(records)
    assert records.name == "fer2013"
    assert records.notes == ["2 images of other classes left out: angry (1), neutral (1)"]
    assert records.frame["path"].str.startswith(str(tmp_path / "cache")).all()


def test_other_classes_of_train_are_written_too(tmp_path: Path) -> None:
    file = kaggle(tmp_path)
    lines = [f"2,{text_of(PIXELS[0])},PublicTest", "2,1 2 3,Training"]  # one cannot be read
    file.write_text(file.read_text() + "\n".join(lines))
    records = read_table(file)
    check(records)
    others = records.others
    assert others[["label", "split"]].to_numpy().tolist() == [
        ["neutral", "train"],
        ["angry", "train"],
    ]
    for path, pixels in zip(others["path"], PIXELS[6:], strict=True):
        np.testing.assert_array_equal(read_image(path), pixels)
    note = "4 images of other classes left out: angry (1), fear (2), neutral (1)"
    assert records.notes == [note]


def test_icml_layout_has_blanks_in_its_header(tmp_path: Path) -> None:
    file = tmp_path / "icml_face_data.csv"
    line = f"3,PrivateTest,{text_of(PIXELS[0])}\n"
    file.write_text("emotion, Usage, pixels\n" + line)
    assert read_table(file).frame["split"].tolist() == ["test"]


def test_without_usage(tmp_path: Path) -> None:
    file = tmp_path / "train.csv"
    file.write_text(f"emotion,pixels\n4,{text_of(PIXELS[0])}\n")
    assert read_table(file).frame[["label", "split"]].to_numpy().tolist() == [["sad", ""]]


def test_rows_that_cannot_be_read_are_named_each_time(tmp_path: Path) -> None:
    good = text_of(PIXELS[0])
    bad = ["3,1 2 3,Training", "3,1 x 3 4,Training", "4,1 2 3 999,Training", f"4,{good},Later", "4"]
    file = tmp_path / "fer2013.csv"
    file.write_text("\n".join(["emotion,pixels,Usage", f"3,{good},Training", *bad]))
    first, second = read_table(file), read_table(file)
    assert first.notes == second.notes
    assert first.notes == [
        "5 unreadable rows left out: line 3 (3 pixels make no square), "
        "line 4 (not all pixels are numbers), line 5 (pixels beyond 0 to 255), "
        "line 6 (Usage is Later), line 7 (0 pixels make no square)"
    ]


def test_the_second_call_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = kaggle(tmp_path)
    read_table(file)
    monkeypatch.setattr(fer2013_csv, "_write_images", lambda *_: pytest.fail("written again"))
    check(read_table(file))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20])


def test_a_damaged_cache_is_made_again(tmp_path: Path) -> None:
    file = kaggle(tmp_path)
    home = read_table(file).root
    whole = sorted(home.iterdir())
    for damage, name in product((os.unlink, truncate), ("train_happy_*.png", "index.json")):
        damage(next(home.glob(name)))
        check(read_table(file))
        assert sorted(home.iterdir()) == whole, (damage, name)  # no temporary file is left
        assert list(home.parent.iterdir()) == [home]


def test_killed_while_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = kaggle(tmp_path)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(fer2013_csv.json, "dumps", killed)
        with pytest.raises(KeyboardInterrupt):
            read_table(file)
    check(read_table(file))


def test_no_room_for_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "blocked").write_text("a file where a folder is needed")
    monkeypatch.setenv("HAPPYSAD_CACHE", str(tmp_path / "blocked"))
    with pytest.raises(UserError, match=r"cannot turn the pixels of .*fer2013\.csv"):
        read_table(kaggle(tmp_path))
