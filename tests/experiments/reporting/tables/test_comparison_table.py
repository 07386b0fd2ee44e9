"""comparisons.csv: counts by hand, and the right models against each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.tables.comparison_table import comparison_table
from happysad.pipeline.evaluation.bootstrap import paired_interval
from happysad.pipeline.evaluation.significance import holm, mcnemar

RIGHT = {
    "cnn-a": [1] * 30 + [0] * 10,
    "cnn-b": [1] * 20 + [0] * 20,
    "dummy": [0] * 20 + [1] * 20,
    "svm": [1] * 36 + [0] * 4,
}


def tables(models=tuple(RIGHT), best="svm", splits=("test",)):
    results, answers = [], []
    for model in models:
        score = {best: 0.95, "cnn-a": 0.9}.get(model, 0.5)
        row = {"dataset": "d", "split": "val", "condition": "", "model": model, "fold": 0}
        row |= {"seed": 0, "status": "ok", "balanced_accuracy": score, "roc_auc": 0.5}
        results.append(row | {"brier": 0.2})
        for split in splits:
            right = np.array(RIGHT[model], bool)
            frame = pd.DataFrame({"image": [f"{i}" for i in range(40)], "label": "happy"})
            frame["predicted"] = np.where(right, "happy", "sad")
            answers.append(frame.assign(dataset="d", split=split, model=model, fold=0, group=""))
    return pd.DataFrame(results), pd.concat(answers, ignore_index=True)


def test_every_model_against_the_best_and_the_best_cnn():
    table = comparison_table(*tables())
    assert list(table.columns) == list(columns_of("comparisons"))
    pairs = list(zip(table["model"], table["against"], table["against_role"], strict=True))
    assert pairs == [
        ("cnn-a", "svm", "best"), ("cnn-b", "svm", "best"), ("dummy", "svm", "best"),
        ("cnn-b", "cnn-a", "cnn"), ("dummy", "cnn-a", "cnn"), ("svm", "cnn-a", "cnn"),
    ]  # fmt: skip


def test_numbers_of_a_row():
    row = comparison_table(*tables()).iloc[0]  # cnn-a against svm
    ours, theirs = (np.array(RIGHT[name], bool) for name in ("cnn-a", "svm"))
    assert (row["n"], row["n_only_model_correct"], row["n_only_other_correct"]) == (40, 0, 6)
    assert row["p_value"] == mcnemar(ours, theirs).p == pytest.approx(2 / 2**6)
    assert row["difference"] == pytest.approx(-6 / 40)
    assert (row["low"], row["high"]) == paired_interval(ours, theirs)


def test_persons_are_resampled_whole():
    results, answers = tables()
    answers["group"] = [f"person {int(image) // 10}" for image in answers["image"]]
    row = comparison_table(results, answers).iloc[0]
    ours, theirs = (np.array(RIGHT[name], bool) for name in ("cnn-a", "svm"))
    expected = paired_interval(ours, theirs, np.arange(40) // 10)
    assert (row["low"], row["high"]) == expected != paired_interval(ours, theirs)


def test_corrected_for_the_number_of_different_pairs():
    table = comparison_table(*tables(splits=("test", "val")))
    for _, part in table.groupby("split"):
        different = part.iloc[:5]  # the last row is the first the other way round
        assert part["p_value_holm"].tolist()[:5] == holm(different["p_value"].to_list()).tolist()
        assert (
            part["p_value_holm"].iloc[5] == part["p_value_holm"].iloc[0] > part["p_value"].iloc[0]
        )


def test_a_cnn_that_is_the_best():
    table = comparison_table(*tables(best="cnn-b"))
    assert set(table["against"]) == {"cnn-b"}
    assert table["against_role"].tolist() == ["best"] * 3 + ["cnn"] * 3
    once = holm(table["p_value"].tolist()[:3]).tolist()
    assert table["p_value_holm"].tolist() == once * 2


def test_without_a_cnn_and_with_one_model():
    assert set(comparison_table(*tables(("dummy", "svm")))["against_role"]) == {"best"}
    table = comparison_table(*tables(("svm",)))
    assert table.empty
    assert list(table.columns) == list(columns_of("comparisons"))


def test_paired_by_image_and_not_by_order():
    results, answers = tables()
    shuffled = answers.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(
        comparison_table(results, shuffled).drop(columns=["low", "high"]),
        comparison_table(results, answers).drop(columns=["low", "high"]),
    )


def test_an_image_listed_twice_is_paired_once_each():
    results, answers = tables()
    doubled = answers.assign(image=answers["image"].where(answers["image"] != "39", "0"))
    assert set(comparison_table(results, doubled)["n"]) == {40}


def test_models_of_a_condition_are_not_the_best():
    results, answers = tables()
    other = results.iloc[[0]].assign(condition="blur 3", balanced_accuracy=1.0, model="dummy")
    table = comparison_table(pd.concat([results, other]), answers)
    assert "dummy" not in set(table["against"])
