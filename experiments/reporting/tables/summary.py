"""Tables derived from results.csv and predictions.csv, without fitting anything again.

summary.csv, intervals.csv, comparisons.csv, face_detection.csv, operating_points.csv, and
spread.csv where there are several folds or seeds. The same files give the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.tables.aggregate import pool
from happysad.experiments.reporting.tables.comparison_table import comparison_table
from happysad.experiments.reporting.tables.interval_table import interval_table
from happysad.experiments.reporting.tables.operating_points import operating_points
from happysad.experiments.reporting.tables.run_tables import read_run, write_table
from happysad.experiments.reporting.tables.summary_table import summary_table
from happysad.experiments.runner.run_folder import read_rows
from happysad.pipeline.evaluation.metrics import SCORES


def summarise(folder: Path, max_error: float = 0.05) -> None:
    """Write the derived tables of a run's folder, in place of any that it has.

    ``max_error`` is that of ``abstention.choose_reject_band``.
    """
    results = read_rows(folder / "results.csv")
    answers = read_rows(folder / "predictions.csv")
    every, predictions = (pool(results, answers, seeds) for seeds in (True, False))
    tables = {
        "intervals": interval_table(every),
        "comparisons": comparison_table(results, every),
        "face_detection": face_detection_table(predictions),
        "operating_points": operating_points(predictions, max_error),
    }
    spread = spread_table(results)
    if len(spread):
        tables["spread"] = spread
    else:
        (folder / "spread.csv").unlink(missing_ok=True)
    for name, table in tables.items():
        # Nine digits keep thresholds apart that lie between p_happy of six.
        write_table(table, folder / f"{name}.csv", digits=9)
    write_table(summary_table(read_run(folder)), folder / "summary.csv", digits=9)


def face_detection_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """In how many images of each label and part a face was found: the same for all models."""
    rows: list[dict[str, Any]] = []
    for (dataset, split), part in predictions.groupby(["dataset", "split"]):
        for label, faces in part[part["model"] == part["model"].min()].groupby("label"):
            found = int((faces["face"] == "detected").sum())
            row = {"dataset": dataset, "split": split, "label": label, "n": len(faces)}
            rows.append({**row, "n_face_found": found, "detection_rate": found / len(faces)})
    return pd.DataFrame(rows, columns=columns_of("face_detection"))


def spread_table(results: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard deviation of each score over folds and seeds; empty with one of each."""
    rows: list[dict[str, Any]] = []
    good = results[(results["status"] == "ok") & (results["condition"] == "")]
    if len(good[["fold", "seed"]].drop_duplicates()) > 1:
        for (dataset, split, model), fits in good.groupby(["dataset", "split", "model"]):
            axes = {"dataset": dataset, "split": split, "model": model, "n_fits": len(fits)}
            for name in SCORES:
                mean, sd = float(fits[name].mean()), float(fits[name].std(ddof=1))
                rows.append({**axes, "metric": name, "mean": mean, "sd": sd})
    return pd.DataFrame(rows, columns=columns_of("spread"))
