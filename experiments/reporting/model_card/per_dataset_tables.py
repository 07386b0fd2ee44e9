"""What is known of the shipped models: tables from the predictions of their run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.figures.neither_figure import save_neither
from happysad.experiments.reporting.html.report import Section, write_report
from happysad.experiments.reporting.model_card.neither_table import neither_table
from happysad.experiments.reporting.tables.aggregate import groups_of, labelled
from happysad.experiments.reporting.tables.interval_table import interval_table, interval_text
from happysad.experiments.reporting.tables.operating_points import share
from happysad.experiments.reporting.tables.result_table import print_failures, print_written
from happysad.experiments.reporting.tables.run_tables import read_table, write_table
from happysad.experiments.runner.run_folder import read_rows
from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.evaluation.metrics import reliability
from happysad.pipeline.model_files.card_thresholds import band_entries
from happysad.utils.tables import print_table

METRICS = (
    "accuracy", "balanced_accuracy", "recall_happy", "recall_sad", "roc_auc", "brier",
    "calibration_error",
)  # fmt: skip
EVALUATED = ["condition", "dataset", "split"]
"""What names the images that a model was evaluated on, and how it was fitted."""

BINS = 5

SHIPPED = "shipped"
FOLDS = "cross-validated"
"""Conditions of the rows of a run of ``ship``."""


def write_tables(folder: Path) -> None:
    """Write the tables that are published, the figure of ``neither.csv`` and the report."""
    every = read_rows(folder / "predictions.csv")
    predictions = labelled(every)
    folds, shipped = (every[every["condition"] == how] for how in (FOLDS, SHIPPED))
    tables = {
        "scores": score_table(predictions),
        "tested": data_table(predictions),
        "reliability": reliability_table(predictions),
        "thresholds": threshold_table(predictions),
        "neither": neither_table(folds, shipped),
    }
    for name, table in tables.items():
        write_table(table, folder / f"{name}.csv", digits=6)
    if len(tables["neither"]):
        save_neither(tables["neither"], folder / "figures" / "neither.png")
    lines = shipped_lines(tables["scores"])
    write_report(folder, title="The shipped models", sections=[Section("Tested", lines=lines)])


def score_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """``METRICS`` with their intervals for each model, condition and set of images, a row each.

    ``images`` is as in ``interval_table``.
    """
    tables = []
    for condition in (SHIPPED, FOLDS):
        table = interval_table(predictions[predictions["condition"] == condition])
        table.insert(0, "condition", condition)
        tables.append(table[table["metric"].isin(METRICS)])
    return pd.concat(tables, ignore_index=True)


def data_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """The images evaluated: how many of each class, groups, and faces found in each class."""
    rows = []
    for key, part in predictions.groupby(EVALUATED):
        part = part[part["model"] == part["model"].iloc[0]]
        row: dict[str, Any] = dict(zip(EVALUATED, key, strict=True))
        row |= {"n": len(part), "n_groups": len(set(groups_of(part)))}
        for label in ("happy", "sad"):
            own = part[part["label"] == label]
            row[f"n_{label}"] = len(own)
            row[f"n_face_found_{label}"] = int((own["face"] == "detected").sum())
        rows.append(row)
    return pd.DataFrame(rows, columns=columns_of("shipped/tested"))


def reliability_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """Share of happy faces in each fifth of p_happy, for each model and set of images."""
    axes = ["model", *EVALUATED]
    tables = []
    for key, part in predictions.groupby(axes):
        table = reliability(part["label"].tolist(), part["p_happy"].tolist(), BINS)
        tables.append(table.assign(**dict(zip(axes, map(str, key), strict=True))))
    return pd.concat(tables, ignore_index=True)[columns_of("shipped/reliability")]


def threshold_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """``thresholds.csv``: a row for each model and error that it can keep to.

    The thresholds are chosen on the cross-validated predictions, and then tried on the test part
    of the same data set.
    """
    rows: list[dict[str, Any]] = []
    tested, folds = (predictions[predictions["condition"] == how] for how in (SHIPPED, FOLDS))
    for (model, dataset), own in folds.groupby(["model", "dataset"], sort=False):
        test = tested[(tested["model"] == model) & (tested["dataset"] == dataset)]
        for entry in band_entries(own["label"].tolist(), own["p_happy"].tolist()):
            row = {"model": model, "dataset": dataset, "n": len(own), **entry}
            rows.append(row | _on_test(RejectBand(entry["low"], entry["high"]), test))
    return pd.DataFrame(rows, columns=columns_of("shipped/thresholds"))


def _on_test(band: RejectBand, test: pd.DataFrame) -> dict[str, float]:
    predicted, label = band.predict(test["p_happy"].to_numpy()), test["label"].to_numpy()
    row: dict[str, float] = {"n_test": len(test), "test_coverage": share(predicted != "unsure")}
    for name in ("happy", "sad"):
        row[f"test_fdr_{name}"] = share(label != name, predicted == name)
        row[f"test_rejected_{name}"] = share(predicted == "unsure", label == name)
    return row


def shipped_lines(scores: pd.DataFrame) -> list[list[str]]:
    """Balanced accuracy and AUC of each model wherever it was tested, with their intervals."""
    lines = [["model", "how", "tested on", "images", "balanced accuracy", "AUC"]]
    whole = scores[(scores["images"] == "all") & (scores["metric"] == "roc_auc")]
    for row in whole.sort_values("model", kind="stable").to_dict("records"):
        texts = [score_text(scores, row, metric) for metric in ("balanced_accuracy", "roc_auc")]
        tested = f"{row['dataset']} {row['split']}"
        lines.append([row["model"], row["condition"], tested, f"{row['n']:.0f}", *texts])
    return lines


def score_text(scores: pd.DataFrame, row: dict[Any, Any], metric: str) -> str:
    """Another score with its interval of the same model and images as a row of ``scores.csv``."""
    same = scores["condition"].eq(row["condition"]) & scores["dataset"].eq(row["dataset"])
    return interval_text(scores[same], row["model"], metric, row["split"], row["images"])


def print_shipped(folder: Path) -> None:
    """Print what the run found, and what its folder holds."""
    print_table(shipped_lines(read_table(folder / "scores.csv")))
    print_failures(read_rows(folder / "results.csv"))
    print_written(folder, ["models", "scores.csv", "report.html"])
