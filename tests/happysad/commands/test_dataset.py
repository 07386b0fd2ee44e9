"""``happysad audit`` and ``happysad demo``."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from happysad.pipeline.audit.finding_types import COLUMNS
from happysad.pipeline.data.dataset import load_data


@pytest.fixture
def leaky(demo_data: Path, tmp_path: Path) -> Path:
    """The built-in faces with one picture in train and in test, and one empty file."""
    root = tmp_path / "leaky [1]"
    shutil.copytree(demo_data, root)
    seen = min((root / "train" / "sad").iterdir())
    shutil.copy(seen, root / "test" / "sad" / "leaked.png")
    (root / "train" / "happy" / "empty.png").touch()
    return root


@pytest.mark.slow
def test_a_table_a_csv_file_and_a_page(happysad, leaky, tmp_path):
    out = tmp_path / "deep" / "out"
    result = happysad("audit", leaky, "--out", out, "--jobs", 1)
    assert "Audit of leaky [1]" in result.stdout
    assert "1 image with one in train: 1 of test" in result.stdout
    assert f"written to {out}: audit.csv, audit.html" in result.stdout
    assert "reading 42 images" in result.stderr
    with (out / "audit.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == COLUMNS
    (leak,) = (row for row in rows if row["kind"] == "leak")
    assert leak["image"] == "test/sad/leaked.png"
    assert (leak["other_split"], leak["correlation"]) == ("train", "1.0")
    assert sorted(file.name for file in out.iterdir()) == ["audit.csv", "audit.html"]


@pytest.mark.slow
def test_a_second_audit_takes_the_faces_from_the_cache(happysad, leaky, tmp_path, monkeypatch):
    one = happysad("audit", leaky, "--out", tmp_path / "1", "--jobs", 1, "--quiet")
    assert one.stderr == ""
    looked = []
    monkeypatch.setattr(
        "happysad.features.faces.detector.find_faces", lambda *a: looked.append(a) or []
    )
    happysad("audit", leaky, "--out", tmp_path / "2", "--jobs", 1, "--quiet")
    assert len(looked) == 0
    one, two = ((tmp_path / name / "audit.csv").read_text() for name in "12")
    assert one == two
    happysad("audit", leaky, "--out", tmp_path / "3", "--jobs", 1, "--quiet", "--no-cache")
    assert len(looked) == 41


@pytest.mark.slow
def test_runs_is_the_folder_where_none_is_named(happysad, demo_data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    happysad("audit", demo_data, "--jobs", 1)
    assert (tmp_path / "runs" / "audit-forty" / "audit.html").is_file()


@pytest.mark.slow
def test_mistakes_are_one_sentence(refused, demo_data, tmp_path):
    assert "does not exist" in refused("audit", tmp_path / "no")
    (tmp_path / "file").write_text("mine")
    told = refused("audit", demo_data, "--out", tmp_path / "file")
    assert "is a file" in told
    (tmp_path / "out" / "audit.html" / "x").mkdir(parents=True)
    assert "cannot write to" in refused("audit", demo_data, "--out", tmp_path / "out")


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
