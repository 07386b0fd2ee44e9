"""The tables of the report, as texts: what the CSV files of the run hold, in readable numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.figures.forest_figure import LEVEL, p_text
from happysad.experiments.reporting.html.text import score, with_interval

if TYPE_CHECKING:
    import pandas as pd

    from happysad.experiments.reporting.tables.run_tables import RunTables

MORE = {
    "balanced_accuracy": "balanced accuracy",
    "recall_happy": "recall happy",
    "recall_sad": "recall sad",
    "roc_auc": "AUC",
    "brier": "Brier",
    "calibration_error": "calibration error",
}


def cells(frame: pd.DataFrame) -> list[list[str]]:
    """Header and lines of any frame: whole numbers whole, other numbers to three decimals.

    Columns that end in ``_s`` or ``_ms`` are times, to one decimal.
    """
    header = [str(name) for name in frame.columns]
    lines = [
        [_text(name, value) for name, value in zip(header, row, strict=True)]
        for row in frame.itertuples(index=False)
    ]
    return [header, *lines]


def _text(column: str, value: Any) -> str:
    if value is None or value != value or str(value) == "<NA>":
        return ""
    if isinstance(value, float) and not math.isinf(value):
        if column.endswith(("_s", "_ms")):
            return f"{value:.1f}"
        return str(int(value)) if column.startswith("n_") or column == "n" else f"{value:.3f}"
    return str(value)


def more_scores(run: RunTables) -> list[list[str]]:
    """Scores that the main table leaves out, each with its interval."""
    scores = run.scores()
    names = {column: label for column, label in MORE.items() if column in scores}
    lines = [
        [str(model), *(with_interval(run, str(model), column) for column in names)]
        for model in scores["model"]
    ]
    return [["model", *names.values()], *lines]


def subset_table(run: RunTables, subsets: tuple[str, ...]) -> list[list[str]]:
    """Accuracy of each model on some choices of the test images; no lines where not known."""
    rows = run.part("intervals")
    there = set(rows["images"]) if len(rows) else set()
    subsets = tuple(name for name in subsets if name in there)
    if len(subsets) < 2:
        return []
    counts = {name: int(rows.loc[rows["images"] == name, "n"].max()) for name in subsets}
    header = ["model", *(f"{name} ({counts[name]} images)" for name in subsets)]
    lines = [
        [str(model), *(with_interval(run, str(model), "accuracy", name) for name in subsets)]
        for model in run.scores()["model"]
    ]
    return [header, *lines]


def comparison_table(run: RunTables) -> list[list[str]]:
    """McNemar's test of each pair in plain words."""
    lines = []
    rows = run.part("comparisons")
    for row in rows.sort_values(["against_is", "difference"], ascending=False).to_dict("records"):
        interval = f"[{row['low']:+.3f}, {row['high']:+.3f}]"
        lines.append(
            [
                str(row["model"]),
                f"{row['against']} ({'CNN' if row['against_is'] == 'cnn' else row['against_is']})",
                f"{row['difference']:+.3f} {interval}",
                str(int(row["only_model_right"])),
                str(int(row["only_other_right"])),
                p_text(row["p"]).removeprefix("p ").removeprefix("= "),
                p_text(row["p_corrected"]).removeprefix("p ").removeprefix("= "),
                "hardly chance" if row["p_corrected"] < LEVEL else "could be chance",
            ]
        )
    header = [
        "model", "against", "difference in accuracy", "only this one right",
        "only the other right", "p", "p corrected", "in words",
    ]  # fmt: skip
    return [header, *lines]


def coverage_table(run: RunTables) -> list[list[str]]:
    """In how many faces of each class the detector finds a face."""
    lines = [
        [row["split"], row["label"], str(int(row["n"])), str(int(row["face_found"])),
         score(row["share_found"])]
        for row in run["coverage"].to_dict("records")
    ]  # fmt: skip
    return [["part", "class", "images", "face found", "share found"], *lines]


def operating_table(run: RunTables) -> list[list[str]]:
    """Thresholds chosen on the validation part and what they do on the test part."""
    columns = {
        "low": "sad below", "high": "happy from", "coverage": "coverage", "error": "error",
        "recall_happy": "recall happy", "recall_sad": "recall sad",
        "balanced_accuracy": "balanced accuracy",
    }  # fmt: skip
    order = {str(model): i for i, model in enumerate(run.scores()["model"])}
    rows = run.part("operating_points").to_dict("records")
    rows.sort(key=lambda row: order.get(row["model"], len(order)))
    for row in rows:
        low, high = row["low"], row["high"]
        row |= {c: score(row[c]) for c in columns}
        # Thresholds outside [0, 1] answer nothing with that word.
        row |= {"low": "never"} if low <= 0 else {}
        row |= {"high": "never"} if high > 1 else {}
    lines = [[row["model"], row["rule"], *(row[c] for c in columns)] for row in rows]
    return [["model", "rule", *columns.values()], *lines]


def failure_table(run: RunTables) -> list[list[str]]:
    """The recipes that could not be fitted, and why."""
    rows = run["results"]
    rows = rows[rows["status"] == "error"] if len(rows) else rows
    seen = {
        (row["model"], row["condition"], row["reason"]): None for row in rows.to_dict("records")
    }
    conditions = any(condition for _, condition, _ in seen)
    header = ["model", *(["condition"] if conditions else []), "reason"]
    return [
        header,
        *([m, *([condition] if conditions else []), why] for m, condition, why in seen),
    ]
