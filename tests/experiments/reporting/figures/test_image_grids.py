"""Grids of faces."""

from __future__ import annotations

import numpy as np
import pandas as pd

from happysad.experiments.reporting.figures import image_grids
from happysad.experiments.reporting.figures.image_grids import (
    confident_errors,
    save_confident_errors,
    save_contact_sheet,
)


def predictions(folder, n: int) -> pd.DataFrame:
    from PIL import Image

    rows = []
    for i in range(n):
        path = folder / f"face-{i}.png"
        Image.fromarray(np.full((30, 30), i, np.uint8)).save(path)
        row = {"model": "hog-svm", "image": str(path), "label": "sad", "predicted": "happy"}
        row |= {"dataset": "faces", "split": "test"}
        rows.append({**row, "p_happy": 0.6 + 0.01 * i, "face": "detected" if i else "full_frame"})
    return pd.DataFrame(rows)


def titles(figure) -> list[str]:
    return [ax.get_title() for ax in figure.axes if ax.get_images()]


def test_the_most_confident_errors_come_first(tmp_path):
    rows = predictions(tmp_path, 3)
    right = rows[:1].assign(label="happy", p_happy=1.0)
    sad = rows[:1].assign(label="happy", predicted="sad", p_happy=0.01, image="other")
    found = confident_errors(pd.concat([rows, right, sad]))
    assert list(found["p_happy"]) == [0.01, 0.62, 0.61, 0.6]


def test_no_more_than_fit_and_a_file_that_is_a_picture(tmp_path, image_is_drawn, monkeypatch):
    monkeypatch.setattr(image_grids, "MOST", 7)
    assert save_confident_errors(predictions(tmp_path, 9), tmp_path / "x.png") == 7
    assert image_is_drawn(tmp_path / "x.png")


def test_what_cannot_be_read_is_left_out(tmp_path, kept):
    rows = predictions(tmp_path, 4)
    (tmp_path / "face-3.png").write_bytes(b"no image")
    (tmp_path / "face-2.png").unlink()
    assert save_confident_errors(rows, tmp_path / "x.png") == 2
    assert titles(kept[0]) == [
        "sad, predicted\nhappy 0.610",
        "sad, predicted\nhappy 0.600\n(no face found)",
    ]


def test_no_file_where_nothing_is_left(tmp_path):
    rows = predictions(tmp_path, 2)
    assert save_confident_errors(rows.assign(image="gone.png"), tmp_path / "x.png") == 0
    assert save_confident_errors(rows.assign(label="happy"), tmp_path / "x.png") == 0
    assert not (tmp_path / "x.png").exists()


def test_a_sheet_with_a_column_for_each_change(kept, tmp_path, monkeypatch):
    for changes in (["dark"], ["shift", "cover mouth"]):
        save_contact_sheet(tmp_path / "x.png", changes)
        shown = [ax for ax in kept[-1].axes if ax.get_images()]
        names = [ax.get_title() for ax in shown if ax.get_title()]
        assert names == [change.replace(" ", "\n") for change in changes]
        assert [ax.texts[0].get_text() for ax in shown].count("clean") == len(changes)
        frames = [ax.patches for ax in shown[:: len(shown) // len(changes)]]
        assert all(len(patches) == 1 for patches in frames)  # a face is found in the clean image


def test_the_same_seed_gives_the_same_sheet(tmp_path, image_is_drawn):
    for name in ("a", "b"):
        save_contact_sheet(tmp_path / f"{name}.png", ["noise"])
    assert image_is_drawn(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
