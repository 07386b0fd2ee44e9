from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from happysad.features.images import read_image
from happysad.pipeline.contents import (
    connected_groups,
    difference_hash,
    opened_rows,
    with_groups,
)
from happysad.pipeline.listing import Listing, Row


def test_groups_are_connected_through_others() -> None:
    assert connected_groups([["a"], ["b"], ["b", "c"], ["d"], ["c", "a"]]) == [0, 0, 0, 3, 0]
    assert connected_groups([[None], [None]]) == [0, 1]
    assert connected_groups([]) == []


def test_looks_survive_saving_again(tmp_path: Path, draw) -> None:
    png = draw(tmp_path / "a.png", 1, size=64)
    Image.open(png).save(tmp_path / "a.jpg", quality=80)
    Image.open(png).resize((48, 48)).save(tmp_path / "b.jpg")
    hashes = {difference_hash(read_image(tmp_path / name)) for name in ("a.png", "a.jpg", "b.jpg")}
    assert len(hashes) == 1
    assert hashes != {difference_hash(read_image(draw(tmp_path / "c.png", 2)))}


@pytest.mark.parametrize(
    "image",
    [np.full((9, 9), 7), np.tile(np.arange(32), (32, 1)), np.tile(np.arange(32), (32, 1)).T],
)
def test_blank_images_have_no_looks(image: np.ndarray) -> None:
    assert difference_hash(image.astype(np.uint8)) is None


def test_what_fails_is_named_with_its_reason(tmp_path: Path, draw) -> None:
    good = draw(tmp_path / "good.jpg", 0)
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("no image")
    listing = Listing("x", tmp_path)
    listing.rows = [Row(tmp_path / name, "sad") for name in ("text.jpg", "good.jpg", "empty.jpg")]
    assert [row.path for row in opened_rows(listing)] == [good]
    assert listing.notes == [
        "2 images cannot be read and are left out: "
        "empty.jpg (the file is empty), text.jpg (it is not an image file)"
    ]


def test_one_picture_with_both_labels_is_left_out(tmp_path: Path, draw) -> None:
    rows = [Row(draw(tmp_path / f"{n}.png", n % 3), "happy") for n in range(5)]
    listing = Listing("x", tmp_path, [*rows, Row(draw(tmp_path / "9.png", 1), "sad")])
    assert [row.path.name for row in opened_rows(listing)] == ["0.png", "2.png", "3.png"]
    assert listing.notes == [
        "3 images left out because an exact copy has the other label: 1.png, 4.png, 9.png"
    ]


def test_groups_by_person_content_and_looks() -> None:
    rows = [
        Row(Path("a"), "sad", "", "Anna", "1" * 64, b"x"),
        Row(Path("b"), "sad", "", "Anna", "2" * 64, None),
        Row(Path("c"), "sad", "", "", "3" * 64, b"x"),
        Row(Path("d"), "sad", "", "", "5" * 64, b"y"),
        Row(Path("e"), "sad", "", "", "4" * 64, b"y"),
        Row(Path("f"), "sad", "", "Bert", "6" * 64, b"z"),
        Row(Path("g"), "sad", "", "Carl", "7" * 64, b"z"),
    ]
    listing = Listing("x", Path("/"))
    names = [row.group for row in with_groups(rows, listing)]
    assert names == ["Anna", "Anna", "Anna", "4" * 16, "4" * 16, "Bert", "Bert"]
    assert listing.notes == ["1 set of groups that share a picture kept together: Bert + Carl"]
