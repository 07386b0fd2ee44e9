"""How many folds, asked or not."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from happysad.experiments.datasets.planned_folds import FEW_IMAGES, fold_rows, planned_folds


def test_folds_are_as_many_as_the_persons_allow(data):
    people = [f"person {i % 3}" for i in range(len(data.frame))]
    few = replace(data, frame=data.frame.assign(group=people), drawn=True)
    folds, why = planned_folds(None, few)
    assert folds == 3
    assert "in 3 folds, as one class is of 3 different people or scenes" in why
    assert planned_folds(5, few)[0] == 3
    assert planned_folds(2, few) == (2, "")
    assert planned_folds(0, few) == (0, "")
    assert planned_folds(None, data) == (0, "")  # the parts are official


def test_from_two_hundred_images_on_folds_are_asked_for(data):
    frame = pd.concat([data.frame] * (FEW_IMAGES // len(data.frame)), ignore_index=True)
    many = replace(data, frame=frame, drawn=True)
    assert planned_folds(None, many) == (0, "")
    assert planned_folds(None, replace(many, frame=frame[:-1]))[0] == 5


def test_an_official_test_part_is_in_no_fold(data):
    assert set(data.frame.iloc[fold_rows(data)]["split"]) == {"train", "val"}
    assert len(fold_rows(replace(data, drawn=True))) == len(data.frame)
