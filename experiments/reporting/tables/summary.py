"""Tables derived from results.csv and predictions.csv, without fitting anything again.

intervals.csv, comparisons.csv, coverage.csv, operating_points.csv, and spread.csv where there are
several folds or seeds. The same two files give the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.tables.aggregate import pool
from happysad.experiments.reporting.tables.comparison_table import comparison_table
from happysad.experiments.reporting.tables.interval_table import interval_table, interval_text
from happysad.experiments.reporting.tables.operating_points import operating_points
from happysad.experiments.runner.run_folder import read_rows
from happysad.pipeline.evaluation.metrics import SCORES
from happysad.utils.atomic_files import atomic_write

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["coverage_table", "interval_text", "spread_table", "summarise"]

COVERAGE = ["dataset", "split", "label", "n", "face_found", "share_found"]
SPREAD = ["dataset", "split", "model", "metric", "mean", "sd", "n_units"]


def summarise(folder: Path, max_error: float = 0.02) -> None:
    """Write the derived tables of a run's folder, in place of any that it has.

    Parameters
    ----------
    folder : Path
        Holds results.csv and predictions.csv.
    max_error : float
        Of the answers given, the share that may be wrong; see ``unsure.choose_reject_band``.
    """
    results = read_rows(folder / "results.csv")
    answers = pool(results, read_rows(folder / "predictions.csv"))
    tables = {
        "intervals": interval_table(answers),
        "comparisons": comparison_table(results, answers),
        "coverage": coverage_table(answers),
        "operating_points": operating_points(answers, max_error),
        "spread": spread_table(results),
    }
    for name, table in tables.items():
        if name == "spread" and table.empty:
            (folder / "spread.csv").unlink(missing_ok=True)
            continue
        with atomic_write(folder / f"{name}.csv") as beside:
            # Nine digits keep thresholds apart that lie between p_happy of six.
            table.to_csv(beside, index=False, float_format="%.9g")


def coverage_table(answers: pd.DataFrame) -> pd.DataFrame:
    """In how many images of each label and part a face was found: the same for all models."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for (dataset, split), part in answers.groupby(["dataset", "split"]):
        for label, faces in part[part["model"] == part["model"].min()].groupby("label"):
            found = int((faces["face"] == "detected").sum())
            axes = {"dataset": dataset, "split": split, "label": label, "n": len(faces)}
            rows.append({**axes, "face_found": found, "share_found": found / len(faces)})
    return pd.DataFrame(rows, columns=pd.Index(COVERAGE))


def spread_table(results: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard deviation of each score over folds and seeds; empty with one of each."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    good = results[(results["status"] == "ok") & (results["condition"] == "")]
    if len(good[["fold", "seed"]].drop_duplicates()) > 1:
        for (dataset, split, model), units in good.groupby(["dataset", "split", "model"]):
            axes = {"dataset": dataset, "split": split, "model": model}
            for name in SCORES:
                mean, sd = float(units[name].mean()), float(units[name].std(ddof=1))
                row = {"metric": name, "mean": mean, "sd": sd, "n_units": len(units)}
                rows.append({**axes, **row})
    return pd.DataFrame(rows, columns=pd.Index(SPREAD))
