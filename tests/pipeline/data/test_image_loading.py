from __future__ import annotations

from pathlib import Path

import pandas as pd
from PIL import Image

from happysad.pipeline.data.image_loading import (
    duplicate_pairs,
    load_images,
    with_groups,
    with_near_duplicates,
)
from happysad.pipeline.data.records import ImageRecords, records_frame
from happysad.pipeline.duplicates import Match, Pair


def records_of(root: Path, labels: dict[str, str]) -> ImageRecords:
    rows = [(str(root / name), label, "", "") for name, label in labels.items()]
    return ImageRecords("x", root, records_frame(rows))


def opened(groups: list[str], digests: str) -> tuple[pd.DataFrame, ImageRecords]:
    rows = [(f"/{n:02d}", "sad", "", group) for n, group in enumerate(groups)]
    frame = records_frame(rows)
    frame["sha256"] = pd.Series([digest * 64 for digest in digests], dtype="str")
    return frame, ImageRecords("x", Path("/"), frame)


def test_near_duplicates_and_exact_copies_are_found(tmp_path: Path, draw) -> None:
    png = draw(tmp_path / "a.png", 1, size=64)
    Image.open(png).save(tmp_path / "b.jpg", quality=80)
    Image.open(png).resize((50, 48)).save(tmp_path / "c.bmp")
    draw(tmp_path / "d.png", 2)
    for name in ("e.png", "f.png"):
        Image.new("L", (40, 40), 7).save(tmp_path / name)
    Image.new("L", (40, 40), 8).save(tmp_path / "g.png")
    frame = load_images(records_of(tmp_path, {f.name: "sad" for f in tmp_path.iterdir()}))
    pairs = duplicate_pairs(frame)
    assert {(p.first, p.second) for p in pairs} == {(0, 1), (0, 2), (1, 2), (4, 5)}


def test_what_fails_is_named_with_its_reason(tmp_path: Path, draw) -> None:
    good = draw(tmp_path / "good.jpg", 0)
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("no image")
    records = records_of(tmp_path, {"text.jpg": "sad", "good.jpg": "sad", "empty.jpg": "sad"})
    assert load_images(records)["path"].tolist() == [str(good)]
    assert records.notes == [
        "2 unreadable images left out: "
        "empty.jpg (the file is empty), text.jpg (it is not an image file)"
    ]


def test_one_picture_with_both_labels_is_left_out(tmp_path: Path, draw) -> None:
    files = [draw(tmp_path / f"{n}.png", n % 3) for n in range(5)]
    labels = {file.name: "happy" for file in files} | {"9.png": "sad"}
    draw(tmp_path / "9.png", 1)
    records = records_of(tmp_path, labels)
    assert records.names(load_images(records)["path"]) == ["0.png", "2.png", "3.png"]
    assert records.notes == [
        "3 images left out because an exact copy has the other label: 1.png, 4.png, 9.png"
    ]


def test_groups_by_person_content_and_near_duplicates() -> None:
    frame, records = opened(["Anna", "Anna", "", "", "", "Bert", "Carl"], "1235467")
    pairs = [Pair(a, b, Match(0.95, 0.9)) for a, b in ((0, 2), (3, 4), (5, 6))]
    groups = with_groups(frame, records, pairs)["group"].tolist()
    assert groups == ["Anna", "Anna", "Anna", "4" * 16, "4" * 16, "Bert", "Bert"]
    assert records.notes == ["1 group joined from several that share a picture: Bert + Carl"]


def test_no_images_have_no_groups() -> None:
    frame, records = opened([], "")
    assert with_groups(frame, records, []).empty


def test_weak_links_do_not_join_half_of_a_data_set() -> None:
    frame, records = opened([""] * 60, "x" * 60)
    frame["sha256"] = [f"{n:02d}" * 32 for n in range(60)]
    pairs = [Pair(n, n + 1, Match(0.95, 0.96 if n % 10 else 0.86)) for n in range(59)]
    assert with_groups(frame, records, pairs)["group"].nunique() == 7
    assert records.notes == [
        "6 pairs of near-duplicates not kept together, as they would join very many images"
    ]


def test_the_nearest_near_duplicate_in_train_is_named() -> None:
    frame, records = opened([""] * 5, "01234")
    frame = frame.assign(
        path=[f"/{n}.png" for n in range(5)],
        split=["train", "train", "val", "test", "test"],
        label=["sad", "sad", "sad", "happy", "sad"],
    )
    alike = ((0, 2, 0.95), (1, 2, 0.97), (0, 1, 1.0), (1, 3, 0.92), (3, 4, 0.99))
    pairs = [Pair(a, b, Match(value, 0.9)) for a, b, value in alike]
    near = with_near_duplicates(frame, records, pairs)["near_duplicate_of"].tolist()
    assert near == ["", "", "/1.png", "/1.png", ""]
    text = "with a near-duplicate in train (kept, see column near_duplicate_of)"
    assert records.notes == [
        f"1 image of val {text}: 2.png",
        f"1 image of test {text}: 3.png",
        "3 images with a near-duplicate of the other label (kept): 1.png, 3.png, 4.png",
    ]
