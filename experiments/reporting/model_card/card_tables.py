"""The tables of the model card, as texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.model_card.per_dataset_tables import FOLDS, SHIPPED, of_place
from happysad.experiments.reporting.tables.interval_table import interval_text
from happysad.pipeline.data.records import LABELS

if TYPE_CHECKING:
    import pandas as pd

Cells = list[list[str]]
Names = Mapping[str, str]
"""Of the settings: "fer2013 test" to "FER2013 PrivateTest"."""

SHOWN = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "roc_auc": "AUC",
    "brier": "Brier",
    "calibration_error": "calibration error",
}


def place_name(row: Mapping[Any, Any], names: Names) -> str:
    """What the card calls the place of a row: its data set, where no other name is given."""
    return names.get(f"{row['dataset']} {row['split']}", str(row["dataset"]))


def model_lines(models: Mapping[str, Any], results: pd.DataFrame) -> Cells:
    """What each model is, and what it costs, as the run measured it."""
    lines = [["name", "what it is", "file", "CPU s to fit", "CPU ms an image"]]
    shipped = results[results["condition"] == SHIPPED]
    for name, about in models.items():
        row = shipped[shipped["model"] == name].iloc[0]
        size = f"{about['bytes'] / 1e6:.1f} MB"
        cost = [f"{row['fit_s']:.0f}", f"{row['predict_ms']:.1f}"]
        lines.append([f"`{name}`", about["summary"], size, *cost])
    return lines


def data_lines(tested: pd.DataFrame, names: Names) -> Cells:
    """The images fitted on, held out once each in cross-validation, and those tested on."""
    lines = [["data", "images", "happy", "sad", "people or pictures", "face found: happy", "sad"]]
    for row in tested.to_dict("records"):
        numbers = [f"{row[name]:,.0f}" for name in ("n", *LABELS, "groups")]
        found = [f"{row[f'face_found_{name}'] / max(row[name], 1):.3f}" for name in LABELS]
        lines.append([place_name(row, names), *numbers, *found])
    return lines


def score_lines(scores: pd.DataFrame, names: Names) -> Cells:
    """``SHOWN`` of all places; the kinds of images apart for the test part that has a name."""
    lines = [["model", "tested on", "images", "n", *SHOWN.values()]]
    rows = scores[scores["metric"] == "roc_auc"].to_dict("records")
    for row in sorted(rows, key=lambda row: str(row["model"])):
        apart = row["condition"] == SHIPPED and f"{row['dataset']} {row['split']}" in names
        if row["images"] == "all" or apart:
            own = of_place(scores, row)
            texts = [
                interval_text(own, row["model"], metric, row["split"], row["images"])
                for metric in SHOWN
            ]
            where = [place_name(row, names), row["images"], f"{row['n']:,.0f}"]
            lines.append([f"`{row['model']}`", *where, *(text or "-" for text in texts)])
    return lines


def reliability_lines(table: pd.DataFrame, names: Names) -> Cells:
    """Faces in each part of p_happy and the share of them that is happy; not of the folds."""
    lines: Cells = []
    shown = table[table["condition"] != FOLDS]
    for _, own in shown.groupby(["model", "dataset", "split"], sort=False):
        rows = own.to_dict("records")
        if not lines:
            spans = [f"{row['low']:.1f} to {row['high']:.1f}" for row in rows]
            lines.append(["model", "tested on", *spans])
        shares = [
            f"{row['share_happy']:.2f} of {row['n']:,.0f}" if row["n"] else "-" for row in rows
        ]
        lines.append([f"`{rows[0]['model']}`", place_name(rows[0], names), *shares])
    return lines
