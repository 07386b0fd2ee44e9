"""How often faces that are neither happy nor sad get a word."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.reporting.figures.neither_figure import save_neither


@pytest.fixture
def table() -> pd.DataFrame:
    rows = []
    for model, more in (("stack", 0.0), ("texture-svm", 0.1)):
        for coverage in (0.5, 0.85, 1.0):
            left = coverage**3 + more * (1 - coverage)
            rows.append({"model": model, "dataset": "faces", "least_coverage": coverage,
                         "test_coverage": coverage + 0.001, "test_rejected_neutral": 1 - left,
                         "test_rejected_other": 0.9 - left})  # fmt: skip
    return pd.DataFrame(rows)


def test_a_line_a_model_in_each_panel_and_a_dot_at_the_default(table, kept, tmp_path):
    save_neither(table, tmp_path / "x.png")
    neutral, other = kept[0].axes
    lines = {line.get_label(): line for line in neutral.get_lines()}
    assert {"stack", "texture-svm", "the default"} <= set(lines)
    assert list(lines["stack"].get_ydata()) == pytest.approx([0.125, 0.85**3, 1])
    dots = [
        (*line.get_xdata(), *line.get_ydata())
        for line in neutral.get_lines()
        if len(line.get_xdata()) == 1
    ]
    assert dots[0] == pytest.approx((0.851, 0.85**3))
    assert len(dots) == 2
    assert "angry" in other.get_title()


def test_it_is_a_picture(table, tmp_path, image_is_drawn):
    save_neither(table, tmp_path / "a.png")
    assert image_is_drawn(tmp_path / "a.png")
