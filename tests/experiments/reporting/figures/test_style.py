"""One look for all figures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from happysad.experiments.reporting.figures import style
from happysad.experiments.reporting.figures.style import HAPPY, SAD, drawing, part_title

PAGE = Path(__file__).resolve().parents[4] / "happysad" / "service" / "page"


def test_nothing_is_left_of_a_drawing_that_failed(tmp_path):
    with pytest.raises(RuntimeError), drawing(tmp_path / "x.png", 2, 2):
        raise RuntimeError
    assert not list(tmp_path.iterdir())


def test_a_drawing_has_its_size(tmp_path):
    from PIL import Image

    with drawing(tmp_path / "x.png", 2, 1) as figure:
        figure.subplots()
    with Image.open(tmp_path / "x.png") as image:
        assert image.size == (2 * style.DPI, style.DPI)


def test_happy_and_sad_have_one_colour_in_figures_pictures_and_the_page():
    from happysad.output.drawing import COLORS

    css, icon = ((PAGE / name).read_text("utf-8").lower() for name in ("style.css", "icon.svg"))
    for name, color in (("happy", HAPPY), ("sad", SAD)):
        assert f"--{name}: {color.lower()}" in css
        assert color.lower() in icon
        red, green, blue = COLORS[name][0]
        assert f"#{red:02X}{green:02X}{blue:02X}" == color


def test_titles_name_the_part_and_how_many_models_are_left_out():
    rows = pd.DataFrame({"dataset": "d", "split": "val", "model": ["a", "b"], "fold": 0})
    assert part_title(rows) == part_title(rows, ["a", "b"]) == "d, val part"
    assert part_title(rows.assign(fold=[1, 2]), ["a"]) == "d, held out in folds; 1 of 2 models"
