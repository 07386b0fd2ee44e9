"""The faces most confidently wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from happysad.experiments.reporting.figures import style
from happysad.experiments.reporting.figures.confident_errors import (
    MOST,
    save_worst_faces,
    worst_answers,
)


def answers(folder, n: int) -> pd.DataFrame:
    from PIL import Image

    rows = []
    for i in range(n):
        path = folder / f"face-{i}.png"
        Image.fromarray(np.full((30, 30), i, np.uint8)).save(path)
        row = {"model": "hog-svm", "image": str(path), "label": "sad", "predicted": "happy"}
        rows.append({**row, "p_happy": 0.6 + 0.01 * i, "face": "detected" if i else "full_frame"})
    return pd.DataFrame(rows)


@pytest.fixture
def kept(monkeypatch) -> list:
    saved: list = []
    monkeypatch.setattr(style, "save", lambda figure, path: saved.append(figure))
    return saved


def titles(figure) -> list[str]:
    return [ax.get_title() for ax in figure.axes if ax.get_images()]


def test_the_surest_wrong_answers_come_first(tmp_path):
    rows = answers(tmp_path, 3)
    right = rows[:1].assign(label="happy", p_happy=1.0)
    sad = rows[:1].assign(label="happy", predicted="sad", p_happy=0.01, image="other")
    found = worst_answers(pd.concat([rows, right, sad]))
    assert list(found["p_happy"]) == [0.01, 0.62, 0.61, 0.6]


def test_no_more_than_fit_and_a_file_that_is_a_picture(tmp_path, image_is_drawn):
    assert save_worst_faces(answers(tmp_path, MOST + 6), tmp_path / "x.png") == MOST
    assert image_is_drawn(tmp_path / "x.png")


def test_what_cannot_be_read_is_left_out(tmp_path, kept):
    rows = answers(tmp_path, 4)
    (tmp_path / "face-3.png").write_bytes(b"no image")
    (tmp_path / "face-2.png").unlink()
    assert save_worst_faces(rows, tmp_path / "x.png") == 2
    assert titles(kept[0]) == [
        "is sad\nsaid happy 0.610",
        "is sad\nsaid happy 0.600\n(no face found)",
    ]


def test_no_file_where_nothing_is_left(tmp_path):
    rows = answers(tmp_path, 2)
    assert save_worst_faces(rows.assign(image="gone.png"), tmp_path / "x.png") == 0
    assert save_worst_faces(rows.assign(label="happy"), tmp_path / "x.png") == 0
    assert not (tmp_path / "x.png").exists()
