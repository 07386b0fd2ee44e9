"""The tables of the model card and of the page beside it, as texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from happysad.experiments.reporting.formats import Cells, number, score_name
from happysad.experiments.reporting.html.tables import thresholds
from happysad.experiments.reporting.model_card.per_dataset_tables import FOLDS, SHIPPED, score_text
from happysad.pipeline.data.records import LABELS

Names = Mapping[str, str]
"""Of the settings: "fer2013 test" to "FER2013 PrivateTest"."""

SHOWN = ("accuracy", "balanced_accuracy", "roc_auc", "brier", "calibration_error")


def data_name(row: Mapping[Any, Any], names: Names) -> str:
    """What the card calls the images of a row: their data set, where no other name is given."""
    return names.get(f"{row['dataset']} {row['split']}", str(row["dataset"]))


def model_lines(models: Mapping[str, Any], results: pd.DataFrame) -> Cells:
    """What each model is, and what it costs, as the run measured it."""
    lines = [["name", "what it is", "file", "CPU s to fit", "CPU ms an image"]]
    shipped = results[results["condition"] == SHIPPED]
    for name, about in models.items():
        row = shipped[shipped["model"] == name].iloc[0]
        cost = [f"{about['bytes'] / 1e6:.1f} MB", f"{row['fit_s']:.0f}", f"{row['predict_ms']:.1f}"]
        lines.append([f"`{name}`", about["summary"], *cost])
    return lines


def file_lines(models: Mapping[str, Any]) -> Cells:
    """The models' files, to check them by."""
    rows = [[f"`{n}.joblib`", f"{m['bytes']:,}", f"`{m['sha256']}`"] for n, m in models.items()]
    return [["file", "bytes", "sha256"], *rows]


def data_lines(tested: pd.DataFrame, names: Names) -> Cells:
    """The images fitted on, held out once each in cross-validation, and those tested on."""
    lines = [["data", "images", "happy", "sad", "people or pictures", "face found: happy", "sad"]]
    for row in tested.to_dict("records"):
        counts = [f"{row[name]:,.0f}" for name in ("n", "n_happy", "n_sad", "n_groups")]
        found = [f"{row[f'n_face_found_{name}'] / max(row[f'n_{name}'], 1):.3f}" for name in LABELS]
        lines.append([data_name(row, names), *counts, *found])
    return lines


def score_lines(scores: pd.DataFrame, names: Names, subsets: bool) -> Cells:
    """``SHOWN`` on all sets of images; with their subsets for the test part that has a name."""
    lines = [["model", "tested on", *["images"] * subsets, "n", *map(score_name, SHOWN)]]
    rows = scores[scores["metric"] == "roc_auc"].sort_values("model", kind="stable")
    for row in rows.to_dict("records"):
        apart = row["condition"] == SHIPPED and f"{row['dataset']} {row['split']}" in names
        if row["images"] == "all" or (subsets and apart):
            texts = [score_text(scores, row, metric) or "-" for metric in SHOWN]
            images = [data_name(row, names), *[row["images"]] * subsets, f"{row['n']:,.0f}"]
            lines.append([f"`{row['model']}`", *images, *texts])
    return lines


def reliability_lines(table: pd.DataFrame, names: Names) -> Cells:
    """Faces in each bin of p_happy and the share of them that is happy; not of the folds."""
    lines: Cells = []
    shown = table[table["condition"] != FOLDS]
    for _, own in shown.groupby(["model", "dataset", "split"], sort=False):
        rows = own.to_dict("records")
        if not lines:
            bins = [f"{row['low']:.1f} to {row['high']:.1f}" for row in rows]
            lines.append(["model", "tested on", *bins])
        shares = [
            f"{row['share_happy']:.2f} of {row['n']:,.0f}" if row["n"] else "-" for row in rows
        ]
        lines.append([f"`{rows[0]['model']}`", data_name(rows[0], names), *shares])
    return lines


def threshold_lines(table: pd.DataFrame) -> Cells:
    """Thresholds, and what they do on the test part."""
    lines = [[
        "model", "error to keep to", "sad below", "happy from", "coverage",
        "wrong of those called happy", "wrong of those called sad",
    ]]  # fmt: skip
    for row in table.to_dict("records"):
        rates = (row[f"test_{name}"] for name in ("coverage", "fdr_happy", "fdr_sad"))
        cells = [*thresholds(row), *(number(rate) or "-" for rate in rates)]
        lines.append([f"`{row['model']}`", f"{row['max_error']:g}", *cells])
    return lines
