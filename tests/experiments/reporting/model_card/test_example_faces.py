"""Where models fail, on built-in faces."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from happysad.experiments.reporting.model_card import example_faces as module
from happysad.experiments.reporting.model_card.example_faces import (
    CHANGED,
    changed_faces,
    errors,
    failure_lines,
    failure_table,
    save_failures,
)
from happysad.pipeline.model_files.model_file import load_model

LABELS = np.array(["happy", "sad", "happy", "sad"])


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    monkeypatch.setattr(module, "FACES", 10)


def test_the_same_faces_each_time_and_every_change_shows():
    changed, labels = changed_faces()
    again, _ = changed_faces()
    assert list(changed) == list(CHANGED)
    assert set(labels) == {"happy", "sad"}
    for change, faces in changed.items():
        assert len(faces) == 10
        for face, same, bare in zip(faces, again[change], changed[""], strict=True):
            np.testing.assert_array_equal(face, same)
            assert np.array_equal(face, bare) == (change == "")


def test_counts():
    p_happy = {"": np.array([0.9, 0.1, 0.2, 0.3]), "dark": np.array([0.4, 0.2, 0.9, 0.7])}
    table = failure_table(p_happy, LABELS, "m").set_index("change")
    assert table.loc["", ["n_correct", "n_correct_happy", "n_correct_sad"]].tolist() == [3, 1, 2]
    assert table.loc["dark", ["n_correct", "n_correct_happy", "n_correct_sad"]].tolist() == [
        2,
        1,
        1,
    ]
    lines = failure_lines(table.reset_index())
    assert lines[0] == ["change", "m: happy", "m: sad"]
    assert lines[1] == ["unchanged", "0.50", "1.00"]
    assert lines[2][0].startswith("dark 0.9 (")


def test_errors_are_those_that_a_change_makes_the_most_confident_first():
    p_happy = {"": np.array([0.9, 0.1, 0.2, 0.3]), "dark": np.array([0.4, 0.8, 0.1, 0.95])}
    assert errors("", p_happy, LABELS) == [2]
    assert errors("dark", p_happy, LABELS) == [3, 1, 0]  # the third was wrong before


@pytest.mark.slow
def test_a_table_and_a_picture(model_file, tmp_path, image_is_drawn):
    path = tmp_path / "new" / "card.png"
    table = save_failures(load_model(model_file), "small", path)
    assert list(table["change"]) == list(CHANGED)
    assert set(table["model"]) == {"small"}
    assert image_is_drawn(path)
    with Image.open(path) as picture:
        assert picture.mode == "P"
