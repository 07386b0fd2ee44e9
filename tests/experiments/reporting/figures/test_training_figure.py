"""Training curves."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.reporting.figures import style
from happysad.experiments.reporting.figures.training_figure import save_training
from happysad.experiments.reporting.tables.run_tables import read_run


def test_a_file_is_a_picture(small_run, tmp_path, image_is_drawn):
    save_training(read_run(small_run)["training"], tmp_path / "x.png")
    assert image_is_drawn(tmp_path / "x.png")


def test_the_lowest_held_out_loss_is_marked_in_every_fit(small_run, monkeypatch, tmp_path):
    kept: list = []
    monkeypatch.setattr(style, "save", lambda figure, path: kept.append(figure))
    fit = read_run(small_run)["training"]
    twice = pd.concat([fit, fit.assign(fold=1, val_loss=fit["epoch"] / 10)])
    save_training(twice, tmp_path / "x.png")
    above, below = kept[0].axes
    marks = [line for line in above.get_lines() if line.get_marker() == "o"]
    assert [(*m.get_xdata(), *m.get_ydata()) for m in marks] == [(4, 0.3), (1, pytest.approx(0.1))]
    assert len(above.get_lines()) == 2 * 3
    assert len(below.get_lines()) == 2 * 2
    assert len(kept[0].legends[0].get_texts()) == 3
