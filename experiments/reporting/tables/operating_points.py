"""operating_points.csv: what each decision rule costs, faces rejected against errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.tables.aggregate import labelled
from happysad.pipeline.evaluation.abstention import RejectBand, choose_reject_band, choose_threshold


def operating_points(predictions: pd.DataFrame, max_error: float) -> pd.DataFrame:
    """Each model under the rules "0.5", "balanced" and "max error" with the number.

    Thresholds are chosen on the validation part of the pooled predictions and applied to every part
    but train; the rows of the validation part are therefore too good. Without one, only "0.5" is
    left. Of the faces that are answered, ``max_error`` is the share that may be wrong.
    """
    rows: list[dict[str, Any]] = []
    for (dataset, model), own in predictions.groupby(["dataset", "model"]):
        rules = list(_rules(labelled(own[own["split"] == "val"]), max_error))
        for split, part in own[own["split"] != "train"].groupby("split"):
            axes = {"dataset": dataset, "split": split, "model": model}
            rows += [
                {**axes, "rule": rule, "low": band.low, "high": band.high, **measure(part, band)}
                for rule, band in rules
            ]
    table = pd.DataFrame(rows, columns=columns_of("operating_points"))
    return table.sort_values(["dataset", "split", "model"], kind="stable", ignore_index=True)


def _rules(val: pd.DataFrame, max_error: float) -> Iterator[tuple[str, RejectBand]]:
    yield "0.5", RejectBand(0.5, 0.5)
    if len(val):
        labels, p_happy = val["label"].tolist(), val["p_happy"].tolist()
        threshold = choose_threshold(labels, p_happy)
        yield "balanced", RejectBand(threshold, threshold)
        yield f"max error {max_error:g}", choose_reject_band(labels, p_happy, max_error)


def measure(part: pd.DataFrame, band: RejectBand) -> dict[str, Any]:
    """What a band does to the faces of a part, as ``operating_points.csv`` holds it."""
    labels = part["label"].to_numpy(str)
    predicted = band.predict(part["p_happy"].to_numpy(float))
    answered, known = predicted != "unsure", np.isin(labels, ("happy", "sad"))
    row = {"n": len(part), "coverage": share(answered)}
    row["error"] = share(predicted != labels, answered & known)
    for label in ("happy", "sad"):
        row[f"recall_{label}"] = share(predicted == label, answered & (labels == label))
    row["balanced_accuracy"] = (row["recall_happy"] + row["recall_sad"]) / 2
    for label in ("happy", "sad", "neutral"):
        row[f"rejected_{label}"] = share(~answered, labels == label)
    return row


def share(true: Any, among: Any = slice(None)) -> float:
    """Share of what is true among some; NaN where there are none."""
    chosen = true[among]
    return float(chosen.mean()) if len(chosen) else float("nan")
