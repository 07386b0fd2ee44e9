from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PIL import Image

from happysad.pipeline.data.image_loading import (
    alike,
    opened_rows,
    with_groups,
    with_near_duplicates,
)
from happysad.pipeline.data.records import ImageRecord, ImageRecords
from happysad.pipeline.duplicates.ecc_alignment import Match
from happysad.pipeline.duplicates.near_duplicates import Pair


def test_what_images_show_is_compared(tmp_path: Path, draw) -> None:
    png = draw(tmp_path / "a.png", 1, size=64)
    Image.open(png).save(tmp_path / "b.jpg", quality=80)
    Image.open(png).resize((50, 48)).save(tmp_path / "c.bmp")
    draw(tmp_path / "d.png", 2)
    for name in ("e.png", "f.png"):
        Image.new("L", (40, 40), 7).save(tmp_path / name)
    Image.new("L", (40, 40), 8).save(tmp_path / "g.png")
    listing = ImageRecords("x", tmp_path, [ImageRecord(file, "sad") for file in tmp_path.iterdir()])
    pairs = alike(opened_rows(listing))
    assert {(p.first, p.second) for p in pairs} == {(0, 1), (0, 2), (1, 2), (4, 5)}


def test_what_fails_is_named_with_its_reason(tmp_path: Path, draw) -> None:
    good = draw(tmp_path / "good.jpg", 0)
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("no image")
    listing = ImageRecords("x", tmp_path)
    listing.rows = [
        ImageRecord(tmp_path / name, "sad") for name in ("text.jpg", "good.jpg", "empty.jpg")
    ]
    assert [row.path for row in opened_rows(listing)] == [good]
    assert listing.notes == [
        "2 images cannot be read and are left out: "
        "empty.jpg (the file is empty), text.jpg (it is not an image file)"
    ]


def test_one_picture_with_both_labels_is_left_out(tmp_path: Path, draw) -> None:
    rows = [ImageRecord(draw(tmp_path / f"{n}.png", n % 3), "happy") for n in range(5)]
    listing = ImageRecords("x", tmp_path, [*rows, ImageRecord(draw(tmp_path / "9.png", 1), "sad")])
    assert [row.path.name for row in opened_rows(listing)] == ["0.png", "2.png", "3.png"]
    assert listing.notes == [
        "3 images left out because an exact copy has the other label: 1.png, 4.png, 9.png"
    ]


def test_groups_by_person_content_and_looks() -> None:
    rows = [
        ImageRecord(Path("a"), "sad", "", "Anna", "1" * 64),
        ImageRecord(Path("b"), "sad", "", "Anna", "2" * 64),
        ImageRecord(Path("c"), "sad", "", "", "3" * 64),
        ImageRecord(Path("d"), "sad", "", "", "5" * 64),
        ImageRecord(Path("e"), "sad", "", "", "4" * 64),
        ImageRecord(Path("f"), "sad", "", "Bert", "6" * 64),
        ImageRecord(Path("g"), "sad", "", "Carl", "7" * 64),
    ]
    pairs = [Pair(a, b, Match(0.95, 0.9)) for a, b in ((0, 2), (3, 4), (5, 6))]
    listing = ImageRecords("x", Path("/"))
    names = [row.group for row in with_groups(rows, listing, pairs)]
    assert names == ["Anna", "Anna", "Anna", "4" * 16, "4" * 16, "Bert", "Bert"]
    assert listing.notes == ["1 set of groups that share a picture kept together: Bert + Carl"]


def test_weak_links_do_not_join_half_of_a_data_set() -> None:
    rows = [ImageRecord(Path(f"{n:02d}"), "sad", "", "", f"{n:02d}" * 32) for n in range(60)]
    pairs = [Pair(n, n + 1, Match(0.95, 0.96 if n % 10 else 0.86)) for n in range(59)]
    listing = ImageRecords("x", Path("/"))
    groups = [row.group for row in with_groups(rows, listing, pairs)]
    assert len(set(groups)) == 7
    assert listing.notes == [
        "6 pairs of near-duplicates not kept together, as they would join very many images"
    ]


def test_the_nearest_near_duplicate_in_train_is_the_twin() -> None:
    splits = ("train", "train", "val", "test", "test")
    rows = [
        ImageRecord(Path(f"/{n}.png"), "sad", split, "", f"{n}" * 64)
        for n, split in enumerate(splits)
    ]
    rows[3] = replace(rows[3], label="happy")
    alike = ((0, 2, 0.95), (1, 2, 0.97), (0, 1, 1.0), (1, 3, 0.92), (3, 4, 0.99))
    pairs = [Pair(a, b, Match(value, 0.9)) for a, b, value in alike]
    listing = ImageRecords("x", Path("/"))
    twins = [row.near_duplicate_of for row in with_near_duplicates(rows, listing, pairs)]
    assert twins == ["", "", "/1.png", "/1.png", ""]
    said = "a near-duplicate in train (kept, named in the column near_duplicate_of)"
    assert listing.notes == [
        f"1 image of val has {said}: 2.png",
        f"1 image of test has {said}: 3.png",
        "3 images have a near-duplicate with the other label (kept): 1.png, 3.png, 4.png",
    ]
