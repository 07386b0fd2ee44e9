"""Bars and confusion matrices say what the results say."""

from __future__ import annotations

import math

import pandas as pd

from happysad.experiments.reporting.figures.bars_and_confusion import (
    BARS,
    save_bars,
    save_confusion_matrices,
    save_importance,
)


def rows(*names: str) -> pd.DataFrame:
    made = []
    for i, name in enumerate(names):
        scores = dict.fromkeys(BARS, 0.5 + 0.04 * i)
        counts = {"tp": 30 + i, "fn": max(10 - i, 0), "fp": 7, "tn": 33}
        part = {"dataset": "faces & co", "split": "test", "n_test": 80}
        made.append({"model": name, **part, **scores, **counts})
    return pd.DataFrame(made)


def texts(figure) -> list[str]:
    from matplotlib.text import Text

    return [item.get_text() for item in figure.findobj(Text)]


def test_files_are_pictures(tmp_path, image_is_drawn):
    save_bars(rows("dummy", "hog-svm"), tmp_path / "new" / "bars.png", "hog-svm")
    save_confusion_matrices(rows("dummy", "hog-svm"), tmp_path / "new" / "matrices.png")
    assert image_is_drawn(tmp_path / "new" / "bars.png")
    assert image_is_drawn(tmp_path / "new" / "matrices.png")
    assert len(list((tmp_path / "new").iterdir())) == 2


def test_bars_name_every_model_and_mark_the_chosen_one(kept, tmp_path):
    save_bars(rows("dummy", "lbp-svm", "hog-svm"), tmp_path / "x.png", "lbp-svm")
    (ax,) = kept[0].axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["dummy", "lbp-svm *", "hog-svm"]
    assert len(ax.patches) == 3 * len(BARS)
    assert ax.get_xlim() == (0.0, 1.0)
    assert ax.get_title() == "faces & co, test part, 80 images"
    assert {"0.500", "0.540", "0.580"} <= set(texts(kept[0]))


def test_no_footnote_without_a_chosen_model(kept, tmp_path):
    save_bars(rows("dummy"), tmp_path / "x.png")
    assert "*" not in "".join(texts(kept[0]))


def test_the_best_is_at_the_top_whatever_the_order(kept, tmp_path):
    save_bars(rows("a", "b", "c")[::-1], tmp_path / "x.png")
    assert [label.get_text() for label in kept[0].axes[0].get_yticklabels()] == ["a", "b", "c"]


def test_matrices_hold_counts_and_shares(kept, tmp_path):
    save_confusion_matrices(rows("hog-svm"), tmp_path / "x.png")
    said = texts(kept[0])
    assert {"30\n75%", "10\n25%", "7\n18%", "33\n82%"} <= set(said)
    assert "hog-svm\n0.500" in said


def test_counts_of_several_seeds_are_told(kept, tmp_path):
    several = rows("hog-svm").assign(n_test=40)
    save_confusion_matrices(several, tmp_path / "x.png")
    assert any("2 seeds together" in text for text in texts(kept[0]))


def test_what_was_chosen_on_its_own_folds_says_so(kept, tmp_path):
    save_bars(rows("hog-svm").assign(fold=3.0), tmp_path / "x.png", "hog-svm")
    (ax,) = kept[0].axes
    assert "* chosen on these images" in ax.get_xlabel()
    assert "held out in folds" in ax.get_title()


def test_any_number_of_models(kept, tmp_path):
    for n in (1, 4, 5, 14):
        save_confusion_matrices(rows(*(f"model-{i}" for i in range(n))), tmp_path / "x.png")
        used = [ax for ax in kept[-1].axes if ax.axison]
        assert len(used) == n
        assert used[0].get_title().startswith(f"model-{n - 1}\n"), n  # the best comes first


def test_a_class_without_images_is_no_crash(kept, tmp_path):
    one = rows("dummy").assign(fp=0, tn=0)
    save_confusion_matrices(one, tmp_path / "x.png")
    assert texts(kept[0]).count("0\n0%") == 2


def test_whiskers_run_from_low_to_high(kept, tmp_path):
    scores = [
        {"model": "hog-svm", "images": images, "metric": "accuracy", "low": low, "high": 0.6}
        for images, low in (("leaked", 0.1), ("all", 0.41))
    ]
    save_bars(rows("dummy", "hog-svm"), tmp_path / "x.png", "", pd.DataFrame(scores))
    drawn = [list(line.get_xdata()) for line in kept[0].axes[0].get_lines()]
    assert drawn.count([0.41, 0.6]) == 2  # a white line below a black one
    assert [0.1, 0.6] not in drawn


def test_a_cnn_is_told_apart_by_its_hatching(kept, tmp_path):
    save_bars(rows("hog-svm", "cnn-small"), tmp_path / "x.png")
    hatches = [bar.get_hatch() for bar in kept[0].axes[0].patches]
    assert hatches == [None, "//"] * len(BARS)
    assert "hatched: CNN" in kept[0].axes[0].get_xlabel()


def test_bars_of_two_blocks_and_of_one_repeat_are_drawn(tmp_path, image_is_drawn):
    rows = [
        {
            "model": "fusion-svm", "block": block, "group": group,
            "balanced_accuracy": 0.9, "balanced_accuracy_drop": 0.1,
            "balanced_accuracy_drop_sd": math.nan,
            "roc_auc": 0.95, "roc_auc_drop": -0.01, "roc_auc_drop_sd": 0.01,
        }
        for block in ("Hog", "Lbp") for group in ("eyes", "mouth", "all")
    ]  # fmt: skip
    save_importance(pd.DataFrame(rows), tmp_path / "bars.png")
    assert image_is_drawn(tmp_path / "bars.png")
