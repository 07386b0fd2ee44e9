"""Reliability diagrams."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from happysad.experiments.reporting.figures.reliability_figure import save_reliability


@pytest.fixture
def predictions() -> pd.DataFrame:
    part = {"dataset": "faces", "split": "test", "model": "hog-svm"}
    p = np.repeat([0.05, 0.95], 20)
    return pd.DataFrame(
        {**part, "label": ["sad"] * 20 + ["happy"] * 15 + ["sad"] * 5, "p_happy": p}
    )


SCORES = pd.DataFrame([{"model": "hog-svm", "calibration_error": 0.125, "brier": 0.1}])


def test_a_file_is_a_picture(predictions, tmp_path, image_is_drawn):
    save_reliability(predictions, tmp_path / "x.png", ["hog-svm"], SCORES)
    assert image_is_drawn(tmp_path / "x.png")


def test_points_lie_at_the_shares_with_the_scores_above(predictions, kept, tmp_path):
    save_reliability(predictions, tmp_path / "x.png", ["hog-svm"], SCORES)
    above = kept[0].axes[0]
    line = above.get_lines()[1]
    assert list(line.get_xdata()) == pytest.approx([0.05, 0.95])
    assert list(line.get_ydata()) == pytest.approx([0.0, 0.75])
    assert above.get_title() == "hog-svm\nECE 0.125, Brier 0.100"
    assert sum(bar.get_height() for bar in kept[0].axes[1].patches) == 40
