"""ROC and precision-recall curves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from happysad.experiments.reporting.figures import roc_pr_curves as curves
from happysad.experiments.reporting.figures.roc_pr_curves import save_precision_recall, save_roc


@pytest.fixture
def predictions() -> pd.DataFrame:
    random = np.random.default_rng(0)
    made = []
    for model, shift in (("hog-svm", 2.0), ("cnn-small", 0.5)):
        label = np.array(["happy", "sad", "sad"] * 20)
        p = 1 / (1 + np.exp(-random.normal(np.where(label == "happy", shift, -shift), 1)))
        part = {"dataset": "faces", "split": "test", "model": model}
        made.append(pd.DataFrame({**part, "label": label, "p_happy": p}))
    return pd.concat(made)


def labels(figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_files_are_pictures(predictions, tmp_path, image_is_drawn):
    save_roc(predictions, tmp_path / "roc.png", ["hog-svm"])
    save_precision_recall(predictions, tmp_path / "pr.png", ["hog-svm"])
    assert image_is_drawn(tmp_path / "roc.png")
    assert image_is_drawn(tmp_path / "pr.png")


def test_the_area_of_the_drawn_curve_is_the_one_in_the_legend(predictions, kept, tmp_path):
    save_roc(predictions, tmp_path / "x.png", ["cnn-small"])
    line = kept[0].axes[0].get_lines()[1]
    area = np.trapezoid(line.get_ydata(), line.get_xdata())
    assert float(labels(kept[0])[1].split()[-1]) == pytest.approx(area, abs=0.002)


def test_the_average_precision_is_that_of_the_drawn_curve(predictions, kept, tmp_path):
    save_precision_recall(predictions, tmp_path / "x.png", ["cnn-small"])
    line = kept[0].axes[0].get_lines()[1]
    assert float(labels(kept[0])[1].split()[-1]) == pytest.approx(line.get_ydata().mean(), abs=0.01)
    assert labels(kept[0])[0] == "chance 0.33"


def test_the_interval_stands_in_the_legend(predictions, kept, tmp_path):
    known = {"model": "hog-svm", "metric": "roc_auc", "images": "all", "low": 0.9, "high": 0.99}
    save_roc(predictions, tmp_path / "x.png", ["hog-svm", "cnn-small"], (), pd.DataFrame([known]))
    assert labels(kept[0])[1].endswith("[0.900, 0.990]")
    assert "[" not in labels(kept[0])[2]


def test_the_band_holds_the_curve_and_is_the_same_each_time(predictions):
    happy = (predictions["label"] == "happy").to_numpy()
    p = predictions["p_happy"].to_numpy()
    made = curves._resampled(curves._roc, happy, p)
    low, high = np.percentile(made, [2.5, 97.5], axis=0)
    inside = np.mean((low <= curves._roc(happy, p)) & (curves._roc(happy, p) <= high))
    assert inside > 0.97
    assert np.mean(high - low) > 0.02
    assert np.array_equal(made, curves._resampled(curves._roc, happy, p))


def test_bands_for_those_named_only(predictions, kept, tmp_path):
    save_roc(predictions, tmp_path / "x.png", ["hog-svm", "cnn-small"], ["cnn-small"])
    assert [len(ax.collections) for ax in kept[0].axes] == [1, 1]


def test_the_corner_is_enlarged_where_a_model_enters_it(predictions, kept, tmp_path):
    save_roc(predictions, tmp_path / "x.png", ["hog-svm", "cnn-small"])
    save_precision_recall(predictions.assign(p_happy=0.5), tmp_path / "x.png", ["cnn-small"])
    whole, corner = kept[0].axes
    assert corner.get_xlim()[1] == pytest.approx(0.2, abs=0.01)
    assert whole.get_xlim()[1] == pytest.approx(1.0, abs=0.02)
    assert len(kept[1].axes) == 1
    assert "1 of 2 models" in kept[1].get_suptitle()


def test_a_perfect_and_a_useless_model(kept):
    happy = np.array([True, True, False, False])
    perfect = np.array([0.9, 0.8, 0.2, 0.1])
    assert curves._roc(happy, perfect).min() == 1
    assert curves._precision(happy, perfect).min() == 1
    same = np.full(4, 0.5)
    assert curves._roc(happy, same)[500] == pytest.approx(0.5)
    assert set(curves._precision(happy, same)) == {0.5}
