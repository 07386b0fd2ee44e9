"""The predictions that a run's derived tables are made of: each model's, one for each image."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from happysad.pipeline.data.records import LABELS


def pool(
    results: pd.DataFrame, predictions: pd.DataFrame, every_seed: bool = False
) -> pd.DataFrame:
    """One prediction of each model for each image of each part, in the order of both.

    Of several seeds, the first, or one for each with ``every_seed``. Of several folds all, so that
    each image has the prediction of the model that did not see it; an image that is in this part
    of several folds (a validation part does that) has that of the first of them. Models of which
    a fit failed are left out, and so is what was measured under a condition.
    """
    rows = results[results["condition"] == ""]
    if not every_seed:
        rows = rows[rows["seed"] == rows["seed"].min()]
    failed = set(rows.loc[rows["status"] != "ok", "model"])
    kept = predictions[predictions["condition"] == ""]
    kept = kept[kept["seed"].isin(rows["seed"]) & kept["model"].isin(set(rows["model"]) - failed)]
    axes = ["dataset", "split", "model"]
    first = kept.groupby([*axes, "seed", "image"])["fold"].transform("min")
    kept = kept[kept["fold"] == first]
    return kept.sort_values([*axes, "seed", "fold", "image"], kind="stable", ignore_index=True)


def seed_by_seed(predictions: pd.DataFrame) -> list[pd.DataFrame]:
    """Those of each seed, all with the same images in the same order; all rows where one is."""
    if "seed" not in predictions or predictions["seed"].nunique() < 2:
        return [predictions]
    ordered = predictions.sort_values("image", kind="stable")
    return [rows for _, rows in ordered.groupby("seed")]


def labelled(predictions: pd.DataFrame) -> pd.DataFrame:
    """Those of happy and sad faces; for other faces there is nothing to score."""
    return predictions[predictions["label"].isin(LABELS)]


def groups_of(predictions: pd.DataFrame) -> NDArray[np.str_]:
    """What is resampled as one: the group, and where there is none the image."""
    groups = predictions["group"]
    return groups.where(groups != "", predictions["image"]).to_numpy(str)


def is_correct(predictions: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether each prediction is right."""
    return (predictions["predicted"] == predictions["label"]).to_numpy(bool)
