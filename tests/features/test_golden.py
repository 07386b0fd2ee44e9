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
