"""``happysad audit``."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from happysad.pipeline.audit.finding_types import COLUMNS


@pytest.fixture
def leaky(demo_data: Path, tmp_path: Path) -> Path:
    """The built-in faces with one picture in train and in test, and one empty file."""
    root = tmp_path / "leaky [1]"
    shutil.copytree(demo_data, root)
    seen = min((root / "train" / "sad").iterdir())
    shutil.copy(seen, root / "test" / "sad" / "leaked.png")
    (root / "train" / "happy" / "empty.png").touch()
    return root


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


def test_runs_is_the_folder_where_none_is_named(happysad, demo_data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    happysad("audit", demo_data, "--jobs", 1)
    assert (tmp_path / "runs" / "audit-forty" / "audit.html").is_file()


def test_mistakes_are_one_sentence(refused, demo_data, tmp_path):
    assert "does not exist" in refused("audit", tmp_path / "no")
    (tmp_path / "file").write_text("mine")
    told = refused("audit", demo_data, "--out", tmp_path / "file")
    assert "is a file" in told
    (tmp_path / "out" / "audit.html" / "x").mkdir(parents=True)
    assert "cannot write to" in refused("audit", demo_data, "--out", tmp_path / "out")
