"""intervals.csv: every score with its 95% bootstrap interval, with and without leaked images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.formats import with_interval
from happysad.experiments.reporting.tables.aggregate import groups_of, labelled, seed_by_seed
from happysad.pipeline.evaluation.bootstrap import bootstrap_intervals
from happysad.pipeline.evaluation.metrics import SCORES, evaluate

RESAMPLES = {"all": 2000, "not leaked": 2000}
FEWER = 500
"""For the subsets that are looked at in passing: leaked, with and without a face found."""


def interval_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """The table for the predictions that ``aggregate.pool`` gives.

    ``images`` is "all", and where there are both kinds also "leaked" and "not leaked", "face
    found" and "no face found". Of several seeds a score is their mean.
    """
    rows: list[dict[str, Any]] = []
    axes = ["dataset", "split", "model"]
    for key, part in labelled(predictions).groupby(axes):
        for images, subset in _subsets(part):
            n = len(seed_by_seed(subset)[0])
            common = {**dict(zip(axes, key, strict=True)), "images": images, "n": n}
            scores = scores_with_intervals(subset, RESAMPLES.get(images, FEWER))
            for metric, (value, low, high) in scores.items():
                rows.append({**common, "metric": metric, "value": value, "low": low, "high": high})
    return pd.DataFrame(rows, columns=columns_of("intervals"))


def _subsets(part: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    yield "all", part
    for here, yes, no in (
        (part["leaked"] == "yes", "leaked", "not leaked"),
        (part["face"] == "detected", "face found", "no face found"),
    ):
        if here.any() and not here.all():
            yield from ((yes, part[here]), (no, part[~here]))


def scores_with_intervals(
    predictions: pd.DataFrame, resamples: int = 2000
) -> dict[str, tuple[float, float, float]]:
    """Each of ``SCORES``: its value and the ends of its 95% bootstrap interval.

    Where there is no column ``predicted``, happy is predicted from a ``p_happy`` of 0.5 on. Of
    several seeds a score is their mean.
    """
    seeds = seed_by_seed(predictions)
    labels = seeds[0]["label"].tolist()
    p_happy = np.stack([rows["p_happy"].to_numpy(float) for rows in seeds])
    known = "predicted" in predictions
    predicted = [rows["predicted"].tolist() if known else None for rows in seeds]
    values = [evaluate(labels, p, said) for p, said in zip(p_happy, predicted, strict=True)]
    intervals = bootstrap_intervals(
        labels, p_happy, y_pred=np.array(predicted) if known else None, groups=groups_of(seeds[0]),
        resamples=resamples,
    )  # fmt: skip
    means = {name: float(np.mean([one[name] for one in values])) for name in SCORES}
    return {name: (means[name], *intervals[name]) for name in SCORES}


def score_columns(predictions: pd.DataFrame, metrics: Sequence[str]) -> dict[str, float]:
    """The same in one row: ``metric``, ``metric_low`` and ``metric_high`` for each of some."""
    scores = scores_with_intervals(predictions)
    return {
        f"{name}{end}": value
        for name in metrics
        for end, value in zip(("", "_low", "_high"), scores[name], strict=True)
    }


def interval_text(
    intervals: pd.DataFrame, model: str, metric: str, split: str, images: str = "all"
) -> str:
    """A score as tables show it, such as "0.933 [0.920, 0.945]"; "" where there is none."""
    if intervals.empty:
        return ""
    rows = intervals[intervals["model"].eq(model) & intervals["metric"].eq(metric)]
    rows = rows[rows["split"].eq(split) & rows["images"].eq(images)]
    ends = ("value", "low", "high")
    return with_interval(*(float(rows.iloc[0][name]) for name in ends)) if len(rows) else ""
