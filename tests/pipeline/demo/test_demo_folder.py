"""The folder of built-in faces: reused when whole, written anew when not, never half there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from happysad.pipeline.demo.demo_folder import MARKER, Part, part_sizes, write_parts
from happysad.utils.errors import UserError


class Maker:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> dict[str, Part]:
        self.asked += 1
        images = np.arange(4 * 64, dtype=np.uint8).reshape(4, 8, 8)
        labels = np.array(["happy", "sad", "sad", "happy"])
        return {"train": (images, labels), "test": (images[:2], labels[:2])}


@pytest.fixture
def make() -> Maker:
    return Maker()


def files(home: Path) -> list[str]:
    return sorted(p.relative_to(home).as_posix() for p in home.rglob("*.png"))


EXPECTED = [
    "test/happy/demo_0004.png",
    "test/sad/demo_0005.png",
    "train/happy/demo_0000.png",
    "train/happy/demo_0003.png",
    "train/sad/demo_0001.png",
    "train/sad/demo_0002.png",
]


def test_part_sizes() -> None:
    assert part_sizes(800) == {"train": 480, "val": 120, "test": 200}
    assert min(part_sizes(20).values()) >= 2
    with pytest.raises(UserError, match="too few"):
        part_sizes(19)


def test_written_once_and_reused(tmp_path: Path, make: Maker) -> None:
    home = write_parts(tmp_path / "demo", "demo-x", "recipe", make)
    assert files(home) == EXPECTED
    assert write_parts(tmp_path / "demo", "demo-x", "recipe", make) == home
    assert make.asked == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["demo"]


def test_another_recipe_is_written_anew(tmp_path: Path, make: Maker) -> None:
    for recipe in ("one", "two", "two"):
        write_parts(tmp_path / "demo", "demo-x", recipe, make)
    assert make.asked == 2


@pytest.mark.parametrize("damage", ["missing", "truncated", "no marker", "one more", "bad marker"])
def test_a_damaged_folder_is_written_anew(tmp_path: Path, make: Maker, damage: str) -> None:
    home = write_parts(tmp_path / "demo", "demo-x", "recipe", make)
    picture = home / EXPECTED[0]
    if damage == "missing":
        picture.unlink()
    elif damage == "truncated":
        picture.write_bytes(picture.read_bytes()[:20])
    elif damage == "no marker":
        (home / MARKER).unlink()
    elif damage == "bad marker":
        (home / MARKER).write_bytes(b"\xff\xfe")
    else:
        picture.with_name("demo_9999.png").write_bytes(b"")
    write_parts(home, "demo-x", "recipe", make)
    assert make.asked == 2
    assert files(home) == EXPECTED
    assert [entry.name for entry in tmp_path.iterdir()] == ["demo"]


def test_a_failure_in_between_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> dict[str, Part]:
        parts = Maker()()
        return {**parts, "val": (parts["train"][0], np.array(["happy"]))}  # lengths differ

    with pytest.raises(ValueError, match="shorter"):
        write_parts(tmp_path / "demo", "demo-x", "recipe", fail)
    assert not list(tmp_path.iterdir())


def test_files_of_others_are_never_lost(tmp_path: Path, make: Maker) -> None:
    mine = tmp_path / "photos" / "train" / "happy" / "me.png"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"precious")
    with pytest.raises(UserError, match=r"holds other files \(me\.png\)"):
        write_parts(tmp_path / "photos", "demo-x", "recipe", make)
    with pytest.raises(UserError, match="is a file"):
        write_parts(mine, "demo-x", "recipe", make)
    assert mine.read_bytes() == b"precious"
    assert make.asked == 0


def test_an_empty_folder_is_filled(tmp_path: Path, make: Maker) -> None:
    assert files(write_parts(tmp_path, "demo-x", "recipe", make)) == EXPECTED


def test_default_folder_is_in_the_cache(
    tmp_path: Path, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAPPYSAD_CACHE", str(tmp_path))
    assert write_parts(None, "demo-x", "recipe", make) == tmp_path / "demo-x"


def test_another_process_may_be_faster(tmp_path: Path, make: Maker) -> None:
    """While the faces are made, another process puts the same ones in place."""

    def slow() -> dict[str, Part]:
        write_parts(tmp_path / "demo", "demo-x", "recipe", make)
        return make()

    assert files(write_parts(tmp_path / "demo", "demo-x", "recipe", slow)) == EXPECTED
    assert [entry.name for entry in tmp_path.iterdir()] == ["demo"]


def test_where_nothing_can_be_written(tmp_path: Path, make: Maker) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot write the built-in faces to"):
        write_parts(tmp_path / "file" / "demo", "demo-x", "recipe", make)
