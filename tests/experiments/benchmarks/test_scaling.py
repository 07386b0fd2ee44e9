"""Growth of the cost of training: sizes and steps, never times."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.experiments.benchmarks import scaling as growth
from happysad.experiments.benchmarks.scaling import (
    ALIGN,
    DESCRIBE,
    FIT,
    drawn,
    growth_lines,
    growth_rows,
    read,
)
from happysad.features.hog import Hog


def test_each_step_of_training_at_each_size():
    images, labels = drawn(30)
    rows = growth_rows("hog-svm", images, labels, [12, 24])
    assert [(row["images"], row["stage"]) for row in rows] == [
        (size, stage) for size in (12, 24) for stage in (ALIGN, DESCRIBE, FIT)
    ]
    for row in rows:
        assert row["model"] == "hog-svm"
        assert row["cpu_s"] > 0
        assert row["ms_per_image"] == pytest.approx(1000 * row["cpu_s"] / row["images"])


def test_sizes_beyond_the_images_become_all_of_them_once():
    images, labels = drawn(24)
    rows = growth_rows("dummy", images, labels, [12, 100, 200])
    assert [row["images"] for row in rows] == [12] * 3 + [24] * 3


def test_the_fit_finds_faces_and_features_at_hand(monkeypatch):
    described = []
    usual = Hog._describe
    monkeypatch.setattr(
        Hog, "_describe", lambda self, faces: described.append(len(faces)) or usual(self, faces)
    )
    images, labels = drawn(24)
    growth_rows("hog-svm", images, labels, [24])
    # Faces and mirror images, once to warm up and once for the measurement.
    assert sum(described) == 2 * 2 * 24


def test_steepness_is_the_exponent_of_growth():
    rows = [
        {"images": n, "stage": stage, "cpu_s": cost}
        for n in (10, 20, 40)
        for stage, cost in ((FIT, 3.0 * n), (ALIGN, 2.0 * n**2))
    ]
    assert growth.steepness(rows, FIT) == pytest.approx(1)
    assert growth.steepness(rows, ALIGN) == pytest.approx(2)
    assert np.isnan(growth.steepness(rows[:2], FIT))


def test_the_lines_hold_every_row_and_the_exponents():
    rows = [
        {"model": "a", "images": n, "stage": FIT, "cpu_s": 0.5 * n, "ms_per_image": 500.0}
        for n in (10, 20)
    ]
    lines = growth_lines(rows)
    assert "10 images" in lines[0]
    assert "500.000 ms an image" in lines[0]
    assert lines[-1] == f"a, {FIT}: grows as images to the power of 1.00"
    assert len(lines) == 3


def test_a_data_sets_train_part_is_read_in_mixed_order(demo_data):
    paths, labels = read(str(demo_data))
    assert len(paths) == len(labels)
    assert all("train" in path for path in paths)
    assert {label in path for path, label in zip(paths, labels, strict=True)} == {True}
    assert paths != sorted(paths)
