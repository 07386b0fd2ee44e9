"""Our models against each of two other programs on the same images: paired tests and verdicts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from happysad.experiments.datasets.peer_scores import PEERS
from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.formats import LEVEL, Cells, p_cell, with_interval
from happysad.experiments.reporting.tables.aggregate import groups_of, is_correct, labelled
from happysad.experiments.reporting.tables.comparison_table import compare_pair, corrected
from happysad.pipeline.evaluation.bootstrap import resample_weights

METHOD = (
    "A model is ahead of or behind another program in accuracy where McNemar's exact test has "
    "p < 0.05 after Holm's correction for the pairs of a test set, and the interval of the "
    "difference, which knows of the persons, does not hold 0; otherwise it is level with it. Where "
    "one class is rare, accuracy says little of it: the difference in balanced accuracy stands "
    "beside it."
)


def pair_table(predictions: pd.DataFrame, models: Collection[str]) -> pd.DataFrame:
    """Each of the models against each peer on the same images: McNemar's test, and the differences
    in accuracy and in balanced accuracy (``balanced_``) with their paired bootstrap intervals.

    The p-values are corrected for the number of pairs in a test set.
    """
    rows: list[dict[str, Any]] = []
    for tested, part in labelled(predictions).groupby("tested_on", sort=False):
        own = {str(model): those for model, those in part.groupby("model", sort=False)}
        made = [
            {
                "model": model,
                "against": peer,
                **compare_pair(own[model], own[peer]),
                **_balanced_difference(own[model], own[peer]),
            }
            for model in own
            if model in models
            for peer in PEERS.values()
        ]
        rows += [{"tested_on": tested, **row} for row in corrected(made)]
    return pd.DataFrame(rows, columns=columns_of("peers/comparisons"))


def _balanced_difference(model: pd.DataFrame, other: pd.DataFrame) -> dict[str, float]:
    same = other.drop_duplicates("image").set_index("image").loc[model["image"]]
    gain = is_correct(model).astype(np.float64) - is_correct(same)
    happy = model["label"].eq("happy").to_numpy(bool)
    classes = [own for own in (happy, ~happy) if own.any()]
    codes = np.unique(groups_of(model), return_inverse=True)[1]
    with np.errstate(invalid="ignore"):  # a class may be drawn not at all
        drawn = np.concatenate([
            np.mean([w[:, own] @ gain[own] / w[:, own].sum(axis=1) for own in classes], axis=0)
            for w in resample_weights(codes, 2000, 0)
        ])  # fmt: skip
    low, high = np.nanquantile(drawn, [0.025, 0.975]) if codes.max() else (np.nan, np.nan)
    value = np.mean([gain[own].mean() for own in classes])
    names = ("balanced_difference", "balanced_low", "balanced_high")
    return dict(zip(names, map(float, (value, low, high)), strict=True))


def verdict(p: float, low: float, high: float) -> str:
    """Ahead or behind where the corrected p-value and the interval both say so, else level."""
    if not p < LEVEL or not (low > 0 or high < 0):
        return "level"
    return "ahead" if low > 0 else "behind"


def pair_lines(pairs: pd.DataFrame) -> Cells:
    """``pair_table`` as texts, each pair with its verdict."""
    lines = [[
        "tested on", "model", "against", "only the model right", "only the other right",
        "p corrected", "difference in accuracy", "the model is", "in balanced accuracy",
    ]]  # fmt: skip
    for row in pairs.to_dict("records"):
        names = [str(row[name]) for name in ("tested_on", "model", "against")]
        counts = [f"{row[f'n_only_{name}_correct']:.0f}" for name in ("model", "other")]
        in_accuracy, in_balanced_accuracy = (
            with_interval(
                *(row[f"{start}{end}"] for end in ("difference", "low", "high")), sign="+"
            )
            for start in ("", "balanced_")
        )
        p, low, high = row["p_value_holm"], row["low"], row["high"]
        stands = [in_accuracy, verdict(p, low, high), in_balanced_accuracy]
        lines.append([*names, *counts, p_cell(p), *stands])
    return lines
