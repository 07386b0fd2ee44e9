"""Pictures of val and test that are in train under another label."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from happysad.pipeline.data.class_folders import read_source
from happysad.pipeline.data.dataset import load_data
from happysad.pipeline.data.image_loading import load_images
from happysad.pipeline.data.other_classes import open_others, other_class_pairs

ONLY = "with a near-duplicate in train only under another label"


def saved_again(face: Path, target: Path) -> None:
    """A little cropped and darker, as another class."""
    target.parent.mkdir(parents=True, exist_ok=True)
    image = Image.open(face)
    part = image.crop((2, 3, image.width - 1, image.height - 2))
    part.point(lambda value: value // 2 + 40).save(target, quality=90)


@pytest.fixture
def faces(demo_data: Path, tmp_path: Path) -> dict[str, Path]:
    """The built-in faces, and one of each part and label by its name, such as "val sad"."""
    root = Path(shutil.copytree(demo_data, tmp_path / "faces"))
    found = {f"{f.parent.parent.name} {f.parent.name}": f for f in sorted(root.glob("*/*/*"))}
    return {**found, "root": root}


def marks(root: Path) -> tuple[dict[str, str], list[str]]:
    data = load_data(root)
    named = data.frame[data.frame["near_duplicate_of"] != ""]
    pairs = zip(named["path"], named["near_duplicate_of"], strict=True)
    assert len(data.frame) >= 40
    assert set(data.frame["label"]) == {"happy", "sad"}
    return {str(Path(a).relative_to(root)): str(Path(b).relative_to(root)) for a, b in pairs}, [
        line for line in data.notes if "near-duplicate" in line
    ]


def test_val_and_test_images_are_marked(faces: dict[str, Path]) -> None:
    root = faces["root"]
    before = load_data(root)
    saved_again(faces["test happy"], root / "train" / "neutral" / "a.jpg")
    saved_again(faces["val sad"], root / "train" / "fear" / "b.jpg")
    saved_again(faces["train sad"], root / "train" / "neutral" / "c.jpg")  # no leak
    (root / "train" / "neutral" / "cut.jpg").write_bytes(b"no image")  # passed over
    test, val = (str(faces[name].relative_to(root)) for name in ("test happy", "val sad"))
    found, notes = marks(root)
    assert found == {test: "train/neutral/a.jpg", val: "train/fear/b.jpg"}
    assert notes == [
        f"1 image of val {ONLY} (fear 1; kept): {val}",
        f"1 image of test {ONLY} (neutral 1; kept): {test}",
    ]
    after = load_data(root)
    assert after.hash == before.hash
    assert after.frame["group"].tolist() == before.frame["group"].tolist()


def test_only_train_counts(faces: dict[str, Path]) -> None:
    saved_again(faces["test happy"], faces["root"] / "val" / "neutral" / "a.jpg")
    assert marks(faces["root"]) == ({}, [])


def test_an_image_of_the_data_set_is_named_first(faces: dict[str, Path]) -> None:
    root = faces["root"]
    shutil.copy(faces["test happy"], root / "train" / "neutral.png")
    for folder in ("neutral", "happy"):
        saved_again(faces["test happy"], root / "train" / folder / "again.jpg")
    found, notes = marks(root)
    assert list(found.values()) == ["train/happy/again.jpg"]
    assert not any(ONLY in line for line in notes)


def test_exact_copies_of_a_blank_image(faces: dict[str, Path]) -> None:
    root = faces["root"]
    (root / "train" / "neutral").mkdir()
    for name in ("test/sad/blank.png", "train/neutral/1.png", "train/neutral/2.png"):
        Image.new("L", (64, 64), 30).save(root / name)
    assert marks(root)[0] == {"test/sad/blank.png": "train/neutral/1.png"}


def test_without_official_parts_nothing_is_opened(folder: Path, draw) -> None:
    draw(folder / "neutral" / "n.png", 0)
    records = read_source(folder)
    frame = load_images(records).assign(split="test")
    others = open_others(records, frame)
    assert others.empty
    assert other_class_pairs(frame, others) == []
