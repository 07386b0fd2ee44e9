"""The folder of built-in faces: reused when whole, written anew when not, never half there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from happysad.pipeline.demo.face_folder import MARKER, Part, write_faces
from happysad.utils.errors import UserError


class Maker:
    """Counts how often it is called."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> dict[str, Part]:
        self.calls += 1
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


def test_written_once_and_reused(tmp_path: Path, make: Maker) -> None:
    home = write_faces(tmp_path / "demo", "demo-x", "version", make)
    assert files(home) == EXPECTED
    assert write_faces(tmp_path / "demo", "demo-x", "version", make) == home
    assert make.calls == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["demo"]


def test_another_version_is_written_anew(tmp_path: Path, make: Maker) -> None:
    for version in ("one", "two", "two"):
        write_faces(tmp_path / "demo", "demo-x", version, make)
    assert make.calls == 2


def test_a_damaged_folder_is_written_anew(tmp_path: Path, make: Maker) -> None:
    home = write_faces(tmp_path / "demo", "demo-x", "version", make)
    picture, marker = home / EXPECTED[0], home / MARKER
    damages = {
        "missing": picture.unlink,
        "truncated": lambda: picture.write_bytes(picture.read_bytes()[:20]),
        "no marker": marker.unlink,
        "bad marker": lambda: marker.write_bytes(b"\xff\xfe"),
        "one more": lambda: picture.with_name("demo_9999.png").write_bytes(b""),
    }
    for n, (damage, do) in enumerate(damages.items()):
        do()
        write_faces(home, "demo-x", "version", make)
        assert make.calls == n + 2, damage
        assert files(home) == EXPECTED, damage
        assert [entry.name for entry in tmp_path.iterdir()] == ["demo"], damage


def test_a_failure_in_between_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> dict[str, Part]:
        parts = Maker()()
        return {**parts, "val": (parts["train"][0], np.array(["happy"]))}  # lengths differ

    with pytest.raises(ValueError, match="shorter"):
        write_faces(tmp_path / "demo", "demo-x", "version", fail)
    assert not list(tmp_path.iterdir())


def test_files_of_others_are_never_lost(tmp_path: Path, make: Maker) -> None:
    mine = tmp_path / "photos" / "train" / "happy" / "me.png"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"precious")
    with pytest.raises(UserError, match=r"holds other files \(me\.png\)"):
        write_faces(tmp_path / "photos", "demo-x", "version", make)
    with pytest.raises(UserError, match="is a file"):
        write_faces(mine, "demo-x", "version", make)
    assert mine.read_bytes() == b"precious"
    assert make.calls == 0


def test_an_empty_folder_is_filled(tmp_path: Path, make: Maker) -> None:
    assert files(write_faces(tmp_path, "demo-x", "version", make)) == EXPECTED


def test_default_folder_is_in_the_cache(
    tmp_path: Path, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAPPYSAD_CACHE", str(tmp_path))
    assert write_faces(None, "demo-x", "version", make) == tmp_path / "demo-x"


def test_another_process_may_be_faster(tmp_path: Path, make: Maker) -> None:
    """While the faces are made, another process puts the same ones in place."""

    def slow() -> dict[str, Part]:
        write_faces(tmp_path / "demo", "demo-x", "version", make)
        return make()

    assert files(write_faces(tmp_path / "demo", "demo-x", "version", slow)) == EXPECTED
    assert [entry.name for entry in tmp_path.iterdir()] == ["demo"]


def test_where_nothing_can_be_written(tmp_path: Path, make: Maker) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot write the built-in faces to"):
        write_faces(tmp_path / "file" / "demo", "demo-x", "version", make)
