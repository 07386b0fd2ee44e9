"""The tables of the report, as texts: what the CSV files of the run hold, in readable numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from happysad.experiments.reporting.formats import (
    Cells,
    number,
    p_cell,
    score_name,
    verdict,
    with_interval,
)
from happysad.experiments.reporting.tables.run_tables import RunTables

MORE = (
    "balanced_accuracy", "recall_happy", "recall_sad", "roc_auc", "brier", "calibration_error",
)  # fmt: skip

SPREAD = ("accuracy", "balanced_accuracy", "f1_macro", "roc_auc")


def more_scores(run: RunTables) -> Cells:
    """Scores that the main table leaves out, each with its interval."""
    scores = run.scores()
    names = [column for column in MORE if column in scores]
    lines = [[m, *(run.score_text(m, column) for column in names)] for m in scores["model"]]
    return [["model", *map(score_name, names)], *lines]


def subset_table(run: RunTables, *subsets: str) -> Cells:
    """Accuracy of each model on some subsets of the test images; no lines where not known."""
    rows = run.part("intervals")
    if rows.empty:
        return []
    counts = rows.groupby("images")["n"].max()
    there = [name for name in subsets if name in counts.index]
    if len(there) < 2:
        return []
    header = ["model", *(f"{name} ({counts[name]:.0f} images)" for name in there)]
    lines = [
        [model, *(run.score_text(model, "accuracy", name) for name in there)]
        for model in run.scores()["model"]
    ]
    return [header, *lines]


def comparison_table(run: RunTables) -> Cells:
    """McNemar's test of each pair in plain words."""
    lines = [[
        "model", "against", "difference in accuracy", "only this one right",
        "only the other right", "p", "p corrected", "in words",
    ]]  # fmt: skip
    rows = run.part("comparisons").sort_values(["against_role", "difference"], ascending=False)
    for row in rows.to_dict("records"):
        role = {"cnn": "CNN"}.get(row["against_role"], row["against_role"])
        difference = with_interval(row["difference"], row["low"], row["high"], sign="+")
        counts = [f"{row[f'n_only_{name}_correct']:.0f}" for name in ("model", "other")]
        p_values = [p_cell(row[name]) for name in ("p_value", "p_value_holm")]
        against = f"{row['against']} ({role})"
        lines.append([row["model"], against, difference, *counts, *p_values, verdict(row)])
    return lines


def face_detection_table(run: RunTables) -> Cells:
    """In how many faces of each class the detector finds a face."""
    lines = [["part", "class", "images", "face found", "share found"]]
    for row in run["face_detection"].to_dict("records"):
        counts = [f"{row[name]:.0f}" for name in ("n", "n_face_found")]
        part = "all folds" if run.folds and row["split"] == "val" else row["split"]
        lines.append([part, row["label"], *counts, number(row["detection_rate"])])
    return lines


def operating_table(run: RunTables) -> Cells:
    """Thresholds chosen on the validation part and what they do on the test part."""
    columns = ("coverage", "error", "recall_happy", "recall_sad", "balanced_accuracy")
    lines = [["model", "rule", "sad below", "happy from", *map(score_name, columns)]]
    order = {str(model): i for i, model in enumerate(run.scores()["model"])}
    rows = run.part("operating_points").to_dict("records")
    for row in sorted(rows, key=lambda row: order.get(row["model"], len(order))):
        low, high = thresholds(row)
        rest = [number(row[name]) for name in columns]
        lines.append([row["model"], row["rule"], low, high, *rest])
    return lines


def thresholds(row: Mapping[Any, Any]) -> tuple[str, str]:
    """``low`` and ``high``; one outside [0, 1] never answers with that word."""
    low, high = row["low"], row["high"]
    return "never" if low <= 0 else number(low), "never" if high > 1 else number(high)


def spread_table(run: RunTables) -> Cells:
    """Mean and standard deviation of the main scores over all fits: a line a model."""
    rows = run.part("spread")
    if rows.empty:
        return []
    rows = rows[rows["metric"].isin(SPREAD)]
    lines = [["model", "fits", *map(score_name, SPREAD)]]
    for model, own in rows.groupby("model", sort=False):
        cells = {row["metric"]: f"{row['mean']:.3f} ± {row['sd']:.3f}" for row in _rows(own)}
        fits = f"{own['n_fits'].iloc[0]:.0f}"
        lines.append([str(model), fits, *(cells.get(name, "") for name in SPREAD)])
    return lines


def _rows(frame: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = frame.to_dict("records")
    return rows


def failure_table(run: RunTables) -> Cells:
    """The recipes that could not be fitted, and why."""
    rows = run["results"]
    if rows.empty:
        return []
    failed = rows.loc[rows["status"] == "error", ["model", "condition", "reason"]]
    failed = failed.drop_duplicates()
    shown = failed if failed["condition"].any() else failed.drop(columns="condition")
    return [list(shown.columns), *shown.to_numpy(str).tolist()]
