"""Which answers the derived tables are made of."""

from __future__ import annotations

import pandas as pd

from happysad.experiments.reporting.tables.aggregate import groups_of, is_correct, labelled, pool


def result(model="a", fold=0, seed=0, status="ok", condition="", split="test"):
    axes = {"dataset": "d", "split": split, "condition": condition, "model": model}
    return {**axes, "fold": fold, "seed": seed, "status": status}


def answer(image, model="a", fold=0, seed=0, condition="", split="test", **more):
    row = result(model, fold, seed, condition=condition, split=split)
    row |= {"image": image, "label": "happy", "group": "", "leaked": "", "face": "detected"}
    return row | {"predicted": "happy", "p_happy": 0.9} | more


def images(results, answers):
    pooled = pool(pd.DataFrame(results), pd.DataFrame(answers))
    return [(row.model, row.fold, row.seed, row.image) for row in pooled.itertuples()]


def test_the_first_of_several_seeds():
    found = images([result(seed=3), result(seed=2)], [answer("x", seed=3), answer("x", seed=2)])
    assert found == [("a", 0, 2, "x")]


def test_all_folds_in_a_fixed_order():
    found = images(
        [result(fold=1), result(fold=0)],
        [answer("y", fold=1), answer("z", fold=0), answer("x", fold=0)],
    )
    assert found == [("a", 0, 0, "x"), ("a", 0, 0, "z"), ("a", 1, 0, "y")]


def test_an_image_in_two_folds_counts_once_and_one_listed_twice_counts_twice():
    results = [result(fold=0), result(fold=1)]
    assert images(results, [answer("x", fold=1), answer("x", fold=0)]) == [("a", 0, 0, "x")]
    assert len(images(results, [answer("x"), answer("x"), answer("x", fold=1)])) == 2
    two_parts = [answer("x", split="val"), answer("x", fold=1, split="test")]
    assert len(images(results, two_parts)) == 2


def test_models_that_failed_once_and_conditions_are_left_out():
    results = [
        result("a"), result("b"), result("b", fold=1, status="error"),
        result("c", condition="blur 1"), result("d", seed=1, status="error"), result("d"),
    ]  # fmt: skip
    answers = [answer("x", m) for m in "abd"] + [answer("x", "c", condition="blur 1")]
    answers += [answer("y", "a", condition="blur 1"), answer("x", "removed")]
    assert [row[0] for row in images(results, answers)] == ["a", "d"]


def test_groups_and_right_answers():
    rows = [answer("x", group="p"), answer("y", predicted="sad"), answer("z", label="neutral")]
    frame = pd.DataFrame(rows)
    assert groups_of(frame).tolist() == ["p", "y", "z"]
    assert is_correct(frame).tolist() == [True, False, False]
    assert labelled(frame)["image"].tolist() == ["x", "y"]
