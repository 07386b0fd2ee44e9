"""``happysad demo``."""

from __future__ import annotations

from happysad.pipeline.data.dataset import load_data


def test_writes_a_data_set_that_compare_reads(happysad, tmp_path):
    folder = tmp_path / "meine Gesichter ü"
    result = happysad("demo", folder, "--faces", 24, "--seed", 3)
    assert result.stdout == f"24 faces written to {folder}\n"
    frame = load_data(folder).frame
    assert len(frame) == 24
    assert set(frame["split"]) == {"train", "val", "test"}
    assert set(frame["label"]) == {"happy", "sad"}


def test_the_seed_decides(happysad, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        happysad("demo", tmp_path / name, "--faces", 20, "--seed", seed)
    hashes = [load_data(tmp_path / name).hash for name in "abc"]
    assert hashes[0] == hashes[1] != hashes[2]


def test_nothing_is_overwritten(refused, tmp_path):
    (tmp_path / "mine").mkdir()
    assert "exists: name a new folder" in refused("demo", tmp_path / "mine")
    (tmp_path / "file").write_text("mine")
    assert "exists" in refused("demo", tmp_path / "file")
    assert "cannot write" in refused("demo", tmp_path / "file" / "below", "--faces", 20)
    assert (tmp_path / "file").read_text() == "mine"


def test_too_few_faces(refused, tmp_path):
    for number in (19, 0, -5):
        assert "20 or more" in refused("demo", tmp_path / "new", "--faces", number)
    assert not (tmp_path / "new").exists()
