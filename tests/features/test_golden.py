"""What the extractors give today is what they gave when ``golden.csv`` was written."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

GOLDEN = Path(__file__).with_name("golden.csv")
with GOLDEN.open(newline="") as file:
    ROWS = list(csv.DictReader(file))

# How far a number may be off on another processor: float32 sums, and for the pre-trained
# models their many layers (a landmark is in pixels).
TOLERANCE = {"Embedding": 2e-3, "FaceAligner": 0.5}


@pytest.fixture(scope="module")
def inputs(golden_script):
    return golden_script.inputs()


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['extractor']} {r['settings']}")
def test_the_numbers_are_those_written_down(golden_script, inputs, row):
    given = inputs[row["input"]]
    assert golden_script.digest(given) == row["input_sha256"], "the input itself has changed"
    numbers = golden_script.compute(row["extractor"], json.loads(row["settings"]), given)
    assert len(numbers) == int(row["length"])
    pairs = [pair.split(":") for pair in row["values"].split()]
    index, expected = [int(i) for i, _ in pairs], [float(value) for _, value in pairs]
    each = TOLERANCE.get(row["extractor"], 2e-5)
    np.testing.assert_allclose(numbers[index], expected, atol=each, rtol=1e-5)
    total = numbers.sum(dtype=np.float64)
    assert total == pytest.approx(float(row["sum"]), abs=each * np.sqrt(len(numbers)), rel=1e-5)


def test_every_case_of_the_script_is_written_down(golden_script):
    written = [(row["extractor"], json.loads(row["settings"]), row["input"]) for row in ROWS]
    assert written == golden_script.CASES


def test_every_extractor_has_golden_numbers(golden_script, extractor_classes):
    assert {kind.__name__ for kind in extractor_classes} <= {row["extractor"] for row in ROWS}


def test_the_script_writes_the_same_rows_again(golden_script, tmp_path, monkeypatch):
    quick = [case for case in golden_script.CASES if case[0] in ("Lbp", "Pixels")]
    monkeypatch.setattr(golden_script, "CASES", quick)
    monkeypatch.setattr(golden_script, "PATH", tmp_path / "golden.csv")
    golden_script.main()
    with (tmp_path / "golden.csv").open(newline="") as file:
        again = list(csv.DictReader(file))
    assert [r["input_sha256"] for r in again] == [
        r["input_sha256"] for r in ROWS if r["extractor"] in ("Lbp", "Pixels")
    ]


def test_some_of_them_worked_out_by_hand(inputs):
    """Straight from the pixels, by nothing that the extractors use."""
    written = {(row["extractor"], row["settings"]): row["values"].split() for row in ROWS}

    def value(extractor, index):
        (found,) = [v for v in written[extractor, "{}"] if v.startswith(f"{index}:")]
        return float(found.partition(":")[2])

    face, points = inputs["face"].astype(float), inputs["points"].astype(float)
    # Pixel 52 of 24 x 24 lies in row 2 and column 4: the mean of 4 x 4 of 96 x 96.
    assert value("Pixels", 52) == pytest.approx(face[8:12, 16:20].mean() / 255, abs=0.5 / 255)
    # Point 0, from between the eyes along the line through them, in distances between them.
    left, right = points[36:42].mean(axis=0), points[42:48].mean(axis=0)
    off, line = points[0] - (left + right) / 2, right - left
    assert value("LandmarkGeometry", 0) == pytest.approx(off @ line / (line @ line), abs=1e-4)
    # The root of the share of the 144 pixels of cell 0 whose 8 neighbours, two pixels off, are all
    # darker (pattern 0).
    wide = np.pad(face, 2, mode="edge")[:16, :16]
    angles = np.arange(8) * np.pi / 4
    y, x = np.indices((12, 12)) + 2
    darker = np.ones((12, 12), bool)
    for dy, dx in zip(-2 * np.sin(angles), 2 * np.cos(angles), strict=True):
        top, left = np.floor([dy + 1e-9, dx + 1e-9]).astype(int)
        b, a = dy - top, dx - left
        two = [(1 - a) * wide[y + t, x + left] + a * wide[y + t, x + left + (a > 1e-6)]
               for t in (top, top + (b > 1e-6))]  # fmt: skip
        darker &= (1 - b) * two[0] + b * two[1] < wide[2:14, 2:14]
    assert value("Lbp", 0) == pytest.approx(np.sqrt(darker.sum() / 144), abs=1e-6)
