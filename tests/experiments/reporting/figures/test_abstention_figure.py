"""What saying "unsure" buys."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.reporting.figures.abstention_figure import (
    rejected_shares,
    risk_coverage,
    save_rejected,
    save_risk_coverage,
    tells_who_is_rejected,
)
from happysad.experiments.reporting.tables.run_tables import read_run


def predictions(p: list[float], labels: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"p_happy": p, "label": labels})


def test_the_most_confident_are_answered_first():
    coverage, risk = risk_coverage(
        predictions([0.6, 0.99, 0.1, 0.7], ["sad", "happy", "sad", "sad"])
    )
    assert list(coverage) == [0.25, 0.5, 0.75, 1.0]
    assert list(risk) == pytest.approx([0, 0, 1 / 3, 0.5])


def test_equally_confident_faces_are_answered_together():
    coverage, risk = risk_coverage(predictions([0.75, 0.25, 0.75], ["sad", "sad", "happy"]))
    assert list(coverage) == [1.0]
    assert list(risk) == pytest.approx([1 / 3])


def test_neutral_shares_come_from_the_neutral_rows(small_run):
    shares = rejected_shares(read_run(small_run)["operating_points"])
    assert shares.loc["cnn-small"].to_dict() == {"happy": 0.1, "sad": 0.3, "neutral": 0.75}


def test_the_operating_point_is_marked(small_run, kept, tmp_path):
    run = read_run(small_run)
    points = run.part("operating_points")
    save_risk_coverage(run.predictions(), tmp_path / "x.png", ["hog-svm"], points)
    ax = kept[0].axes[0]
    assert [
        (*line.get_xdata(), *line.get_ydata())
        for line in ax.get_lines()
        if len(line.get_xdata()) == 1
    ] == [(0.8, 0.025)]
    assert "keeps the error to 0.02" in ax.get_title()
    assert "1 of 3 models" in ax.get_title()


def test_where_all_or_none_are_rejected_there_is_nothing_to_see(small_run):
    points = read_run(small_run)["operating_points"]
    assert tells_who_is_rejected(points)
    rejected = [f"rejected_{label}" for label in ("happy", "sad", "neutral")]
    for share in (0.0, 1.0):
        flat = points.assign(coverage=1 - share)
        flat[rejected] = flat[rejected].where(flat[rejected].isna(), share)
        assert not tells_who_is_rejected(flat)


def test_files_are_pictures(small_run, tmp_path, image_is_drawn):
    run = read_run(small_run)
    save_risk_coverage(run.predictions(), tmp_path / "a.png", ["hog-svm", "cnn-small"])
    save_rejected(run["operating_points"], tmp_path / "b.png", ["hog-svm", "cnn-small"])
    assert image_is_drawn(tmp_path / "a.png")
    assert image_is_drawn(tmp_path / "b.png")
