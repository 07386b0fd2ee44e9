"""comparisons.csv: every model against the best and against the CNN, on the same images."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.tables.aggregate import (
    groups_of,
    is_correct,
    labelled,
    seed_by_seed,
)
from happysad.experiments.runner.best_model import best_model
from happysad.pipeline.evaluation.bootstrap import paired_interval
from happysad.pipeline.evaluation.significance import holm, mcnemar

KEY = ["seed", "fold", "image"]


def comparison_table(results: pd.DataFrame, predictions: pd.DataFrame) -> pd.DataFrame:
    """McNemar's test and the difference in accuracy of pooled predictions, with its interval.

    The best and the best CNN are those of the validation part. The p-values are corrected for
    the number of different pairs in a part: the best against the CNN is one comparison, though it
    has two rows.
    """
    measured = results[results["model"].isin(predictions["model"]) & (results["condition"] == "")]
    cnns = measured[measured["model"].astype(str).str.startswith("cnn")]
    references = {"best": best_model(measured), "cnn": best_model(cnns)}
    rows: list[dict[str, Any]] = []
    for (dataset, split), part in labelled(predictions).groupby(["dataset", "split"]):
        models = {str(model): own for model, own in part.groupby("model")}
        pairs = [
            {"model": model, "against": other, "against_role": role}
            | compare_pair(own, models[other])
            for role, other in references.items()
            if other in models
            for model, own in models.items()
            if model != other
        ]
        rows += [{"dataset": dataset, "split": split, **row} for row in corrected(pairs)]
    return pd.DataFrame(rows, columns=columns_of("comparisons"))


def compare_pair(model: pd.DataFrame, other: pd.DataFrame) -> dict[str, Any]:
    """McNemar's test of two models on the same images, and the difference in accuracy.

    Of several seeds the difference and its interval are those of the mean; the test is that of
    the first seed, as it wants one answer an image.
    """
    key = [name for name in KEY if name in model]
    # Of an image that is listed twice, the first prediction is paired with the first.
    both = [rows.assign(copy=rows.groupby(key).cumcount()) for rows in (model, other)]
    pairs = both[0].merge(both[1][[*key, "copy", "predicted"]], on=[*key, "copy"])
    ours = is_correct(pairs.assign(predicted=pairs["predicted_x"]))
    theirs = is_correct(pairs.assign(predicted=pairs["predicted_y"]))
    seeds = seed_by_seed(pairs.assign(ours=ours, theirs=theirs))
    first = seeds[0]
    only_ours, only_theirs, p_value = mcnemar(first["ours"].tolist(), first["theirs"].tolist())
    right, other_right = (
        np.mean([rows[name].to_numpy(float) for rows in seeds], axis=0)
        for name in ("ours", "theirs")
    )
    # Means over seeds leave a rest of 1e-18 where there is no difference.
    low, high = np.round(paired_interval(right, other_right, groups_of(first)), 15).tolist()
    return {
        "n": len(first),
        "n_only_model_correct": only_ours,
        "n_only_other_correct": only_theirs,
        "p_value": p_value,
        "difference": float((right - other_right).mean()) if len(first) else float("nan"),
        "low": low,
        "high": high,
    }


def corrected(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with ``p_value_holm``, by Holm's method for the number of different pairs."""
    pairs = [frozenset((row["model"], row["against"])) for row in rows]
    p_values = dict(zip(pairs, (row["p_value"] for row in rows), strict=True))
    by_pair = dict(zip(p_values, holm(list(p_values.values())).tolist(), strict=True))
    return [row | {"p_value_holm": by_pair[pair]} for pair, row in zip(pairs, rows, strict=True)]
