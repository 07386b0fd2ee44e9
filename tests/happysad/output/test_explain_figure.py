"""The picture of an explanation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from happysad.output.explain_figure import HAPPY, SAD, draw_explanation, save_explanation
from happysad.pipeline.explain.explanation import Explanation


@pytest.fixture
def explanation():
    heat = np.zeros((96, 96))
    heat[70, 48], heat[20, 20] = 2.0, -1.0
    rows = [
        ("mouth_width", "mouth wide", 1.04, 0.92, 1.5),
        ("hog eyes", "eyes: gradients (HOG)", np.nan, np.nan, -0.5),
    ]
    return Explanation(
        p_happy=0.75,
        label="happy",
        crop=np.full((96, 96), 90, np.uint8),
        landmarks=np.full((68, 2), 50, np.float32),
        box=(10, 20, 60, 80),
        map=heat,
        features=pd.DataFrame(rows, columns=["name", "description", "value", "typical", "effect"]),
        method="occlusion",
        intercept=float("nan"),
    )


def _drawn(explanation, photo):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = Figure(figsize=(10, 6.8), layout="constrained")
    FigureCanvasAgg(figure)
    draw_explanation(figure, explanation, photo, "a.jpg, m")
    figure.canvas.draw()
    return figure


def _texts(figure):
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text)]


def test_four_panels_with_the_answer_and_words(explanation):
    figure = _drawn(explanation, np.zeros((100, 80, 3), np.uint8))
    texts = _texts(figure)
    assert "a.jpg, m: happy 0.75" in texts
    assert "mouth wide (1.04, typical 0.92)" in texts
    assert "eyes: gradients (HOG)" in texts
    assert {"photo", "upright, with 68 landmarks", "orange for happy, blue for sad"} < set(texts)
    assert {"sad\n-2.0", "happy\n+2.0"} < set(texts)


def test_bars_have_the_colour_of_what_they_speak_for(explanation):
    from matplotlib.colors import to_hex

    figure = _drawn(explanation, np.zeros((100, 80), np.uint8))
    bars = figure.get_axes()[-1].patches
    assert [(bar.get_width(), to_hex(bar.get_facecolor()).upper()) for bar in bars] == [
        (1.5, HAPPY),
        (-0.5, SAD),
    ]


def test_the_box_lies_where_it_was_found_however_large_the_photo(explanation):
    large = replace(explanation, box=(1000, 2000, 1500, 2500))
    ax = _drawn(large, np.zeros((3000, 4000, 3), np.uint8)).get_axes()[0]
    assert list(ax.images[0].get_extent()) == [-0.5, 3999.5, 2999.5, -0.5]
    assert ax.images[0].get_array().shape == (750, 1000, 3)
    assert ax.patches[0].get_bbox().bounds == (999.5, 1999.5, 500, 500)


def test_exact_sums_are_told(explanation):
    exact = replace(
        explanation, method="exact", intercept=0.5, crop=np.zeros((96, 96, 3), np.uint8)
    )
    note = "sum of the map +1.0, intercept +0.5: log-odds +1.5"
    assert note in _texts(_drawn(exact, np.zeros((9, 9), np.uint8)))


def test_a_model_that_does_not_look_has_no_map_and_no_bars(explanation):
    blind = replace(
        explanation, method="none", map=np.zeros((96, 96)), features=explanation.features[:0]
    )
    figure = _drawn(blind, np.zeros((9, 9), np.uint8))
    assert len(figure.get_axes()) == 2
    assert "this model does not look at the face" in _texts(figure)


def test_a_map_of_nothing_and_bars_of_nothing_are_drawn(explanation):
    nothing = replace(
        explanation,
        map=np.zeros((96, 96)),
        features=explanation.features.assign(effect=0.0),
        landmarks=explanation.landmarks[:5],
    )
    assert "upright, with 5 landmarks" in _texts(_drawn(nothing, np.zeros((9, 9), np.uint8)))


def test_the_file(explanation, tmp_path):
    path = tmp_path / "new" / "a.png"
    save_explanation(explanation, np.zeros((20, 20), np.uint8), path)
    assert path.read_bytes().startswith(b"\x89PNG")
