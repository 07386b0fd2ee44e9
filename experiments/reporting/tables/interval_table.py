"""intervals.csv: every score with its 95% bootstrap interval, with and without leaked images."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.tables.aggregate import groups_of, scored
from happysad.pipeline.evaluation.bootstrap import bootstrap_intervals
from happysad.pipeline.evaluation.metrics import SCORES, evaluate

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["dataset", "split", "model", "images", "n", "metric", "value", "low", "high"]

RESAMPLES = {"all": 2000, "not leaked": 2000}
FEWER = 500
"""For the images that are looked at in passing: leaked, with and without a face found."""


def interval_table(answers: pd.DataFrame) -> pd.DataFrame:
    """The table for the answers that ``pooling.pool`` gives.

    ``images`` is "all", and where there are both kinds also "leaked" and "not leaked", "face
    found" and "no face found".
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for (dataset, split, model), part in scored(answers).groupby(["dataset", "split", "model"]):
        for images, some in _kinds(part):
            axes = {"dataset": dataset, "split": split, "model": model, "images": images}
            rows += [{**axes, "n": len(some), **row} for row in _scores(some, images)]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def interval_text(
    intervals: pd.DataFrame, model: str, metric: str, split: str, images: str = "all"
) -> str:
    """A score as tables show it, such as "0.933 [0.920, 0.945]"; "" where there is none."""
    rows = intervals[
        (intervals["model"] == model)
        & (intervals["metric"] == metric)
        & (intervals["split"] == split)
        & (intervals["images"] == images)
    ]
    if rows.empty:
        return ""
    value, low, high = (float(rows.iloc[0][name]) for name in ("value", "low", "high"))
    if math.isnan(value):
        return ""
    return f"{value:.3f}" if math.isnan(low) else f"{value:.3f} [{low:.3f}, {high:.3f}]"


def _kinds(part: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    yield "all", part
    for here, yes, no in (
        (part["leaked"] == "yes", "leaked", "not leaked"),
        (part["face"] == "detected", "face found", "no face found"),
    ):
        if here.any() and not here.all():
            yield from ((yes, part[here]), (no, part[~here]))


def _scores(part: pd.DataFrame, images: str) -> list[dict[str, Any]]:
    labels, p, answered = (part[name].tolist() for name in ("label", "p_happy", "predicted"))
    values = evaluate(labels, p, answered)
    intervals = bootstrap_intervals(
        labels,
        p,
        y_pred=answered,
        groups=groups_of(part),
        resamples=RESAMPLES.get(images, FEWER),
    )
    return [
        {"metric": name, "value": values[name], "low": intervals[name][0], "high": high}
        for name, high in ((name, intervals[name][1]) for name in SCORES)
    ]
