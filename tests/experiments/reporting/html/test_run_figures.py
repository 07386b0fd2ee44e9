"""All figures that the tables allow."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.reporting.html.run_figures import FIGURES, draw_all, figures_for


@pytest.mark.slow
def test_every_table_gives_its_figures_and_no_table_none(small_run, image_is_drawn):
    face = small_run / "face.png"
    from PIL import Image

    Image.linear_gradient("L").save(face)
    rows = pd.read_csv(small_run / "predictions.csv", keep_default_na=False)
    rows.loc[rows["predicted"] != rows["label"], "image"] = str(face)
    rows.to_csv(small_run / "predictions.csv", index=False)
    drawn = draw_all(small_run)
    assert {path.stem for path in drawn} == set(FIGURES)
    assert all(image_is_drawn(path) for path in drawn)
    assert list(figures_for(small_run)) == list(FIGURES)
    for name in ("training", "comparisons", "operating_points", "predictions"):
        (small_run / f"{name}.csv").unlink()
    assert {path.stem for path in draw_all(small_run)} == {"scores", "confusion_matrices"}
    assert list(figures_for(small_run)) == ["scores", "confusion_matrices"]


def test_an_empty_folder_has_no_figures(tmp_path):
    assert draw_all(tmp_path) == []
    assert not list(tmp_path.iterdir())


def test_a_test_part_of_one_class_is_no_crash(small_run, kept):
    rows = pd.read_csv(small_run / "predictions.csv", keep_default_na=False)
    for label in ("happy", "sad"):
        rows[rows["label"] == label].to_csv(small_run / "predictions.csv", index=False)
        names = {path.stem for path in draw_all(small_run)}
        assert "roc" not in names
        assert "risk_coverage" in names
