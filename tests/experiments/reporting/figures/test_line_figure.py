"""Lines over a number, in panels."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.reporting.figures.line_figure import MOST_BANDS, save_lines, save_training
from happysad.experiments.reporting.tables.run_tables import read_run

AXES = {"x": "strength", "y": "accuracy", "line": "model"}


def rows(models=("hog-svm", "cnn-small"), panels=("blur",), at=(1, 2, 4)) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"what": panel, "model": model, "strength": x, "accuracy": 0.9 - i / 20,
             "low": 0.8 - i / 20, "high": 0.95 - i / 20}
            for panel in panels
            for model in models
            for i, x in enumerate(at)
        ]
    )  # fmt: skip


def curve(ax, label):
    (line,) = [line for line in ax.get_lines() if line.get_label() == label]
    return list(line.get_xdata()), list(line.get_ydata())


def test_a_file_is_a_picture(tmp_path, image_is_drawn):
    save_lines(rows(), tmp_path / "new" / "x.png", **AXES)
    assert image_is_drawn(tmp_path / "new" / "x.png")


def test_lines_are_in_the_order_of_x(kept, tmp_path):
    save_lines(rows()[::-1], tmp_path / "x.png", **AXES)
    assert curve(kept[0].axes[0], "hog-svm") == ([1, 2, 4], pytest.approx([0.9, 0.85, 0.8]))


def test_a_panel_for_each_value_with_one_y_axis(kept, tmp_path):
    names = [f"change {i}" for i in range(7)]
    save_lines(rows(panels=names), tmp_path / "x.png", **AXES, panel="what", ylabel="share right")
    used = [ax for ax in kept[0].axes if ax.axison]
    assert [ax.get_title() for ax in used] == names
    assert len({ax.get_ylim() for ax in used}) == 1
    assert [ax.get_ylabel() for ax in used] == ["share right", "", ""] * 2 + ["share right"]
    assert len(kept[0].legends[0].get_texts()) == 2


def test_bands_while_they_can_be_told_apart(kept, tmp_path):
    for n, bands in ((2, 2), (MOST_BANDS, MOST_BANDS), (MOST_BANDS + 1, 0)):
        table = rows([f"model-{i}" for i in range(n)])
        save_lines(table, tmp_path / "x.png", **AXES, low="low", high="high")
        assert len(kept[-1].axes[0].collections) == bands, n


def test_texts_stand_at_equal_distances(kept, tmp_path):
    save_lines(rows(at=("none", "mouth", "eyes")), tmp_path / "x.png", **AXES)
    ax = kept[0].axes[0]
    assert curve(ax, "cnn-small")[0] == [0, 1, 2]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["none", "mouth", "eyes"]


def test_a_logarithmic_axis_is_marked_at_its_values(kept, tmp_path):
    save_lines(rows(at=(50, 100, 400)), tmp_path / "x.png", **AXES, logx=True)
    ax = kept[0].axes[0]
    assert ax.get_xscale() == "log"
    assert [label.get_text() for label in ax.get_xticklabels()] == ["50", "100", "400"]


def test_rows_without_a_number_are_left_out(kept, tmp_path):
    table = rows()
    table.loc[1, "accuracy"] = float("nan")
    save_lines(table, tmp_path / "x.png", **AXES)
    assert curve(kept[0].axes[0], "hog-svm")[0] == [1, 4]


def test_nothing_to_draw_is_refused(tmp_path):
    with pytest.raises(ValueError, match="nothing to draw"):
        save_lines(rows().assign(accuracy=float("nan")), tmp_path / "x.png", **AXES)


def test_two_numbers_for_one_point_are_refused(tmp_path):
    with pytest.raises(ValueError, match="same model, strength"):
        save_lines(pd.concat([rows(), rows()]), tmp_path / "x.png", **AXES)


def test_training_curves_are_a_picture(small_run, tmp_path, image_is_drawn):
    save_training(read_run(small_run)["training"], tmp_path / "x.png")
    assert image_is_drawn(tmp_path / "x.png")


def test_the_lowest_validation_loss_is_marked_in_every_fit(small_run, kept, tmp_path):
    fit = read_run(small_run)["training"]
    twice = pd.concat([fit, fit.assign(fold=1, val_loss=fit["epoch"] / 10)])
    save_training(twice, tmp_path / "x.png")
    above, below = kept[0].axes
    marks = [line for line in above.get_lines() if line.get_marker() == "o"]
    assert [(*m.get_xdata(), *m.get_ydata()) for m in marks] == [(4, 0.3), (1, pytest.approx(0.1))]
    assert len(above.get_lines()) == 2 * 3
    assert len(below.get_lines()) == 2 * 2
    assert len(kept[0].legends[0].get_texts()) == 3


def test_the_losses_of_every_network_are_within_the_axis(small_run, kept, tmp_path):
    fit = read_run(small_run)["training"]
    other = fit.assign(model="cnn-resnet", train_loss=fit["train_loss"] * 5)
    save_training(pd.concat([fit, other]), tmp_path / "x.png")
    for ax in kept[0].axes[:2]:
        bottom, top = ax.get_ylim()
        assert bottom == 0
        assert top > other["train_loss"].max()
