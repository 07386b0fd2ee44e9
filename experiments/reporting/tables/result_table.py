"""One readable table of a run, for the screen, the report and the README; the end of a run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from happysad.experiments.reporting.tables.run_tables import RunTables, read_run
from happysad.experiments.runner.best_model import MODEL_FILE
from happysad.utils.tables import print_table

if TYPE_CHECKING:
    import pandas as pd

SHOWN = {
    "accuracy": "accuracy",
    "precision_macro": "precision",
    "recall_macro": "recall",
    "f1_macro": "F1",
    "f1_happy": "F1 happy",
    "f1_sad": "F1 sad",
    "roc_auc": "AUC",
    "fit_s": "fit s",
    "predict_ms": "ms/image",
}


def run_cells(run: RunTables) -> list[list[str]]:
    """The table of a run: the part it reports, the most accurate model first, the best with a star.

    Where ``intervals.csv`` is there, the accuracy's interval is a column.
    """
    limits = len(run.part("intervals")) > 0
    lines = [["model", *SHOWN.values()]]
    for row in run.scores().to_dict("records"):
        cells = [_number(column, row[column]) for column in SHOWN]
        if limits:
            own = run.intervals(row["model"])
            ends = (own["low"].iloc[0], own["high"].iloc[0]) if len(own) else ()
            cells.insert(1, " to ".join(f"{end:.3f}" for end in ends))
        lines.append([f"{row['model']} *" if row["model"] == run.best else row["model"], *cells])
    if limits:
        lines[0].insert(2, "95% interval")
    return lines


def _number(column: str, value: float) -> str:
    if value != value:
        return ""
    return f"{value:.1f}" if column in ("fit_s", "predict_ms") else f"{value:.3f}"


def describe_part(run: RunTables) -> str:
    """Which part the table is of, how many images it has and in how many a face was found."""
    row = run.scores().iloc[0]
    faces = run.predictions(model=str(row["model"]))
    happy = int((faces["label"] == "happy").sum())
    folds = int(run["results"]["fold"].max())
    how = (
        f"each held out once in {folds} folds"
        if folds
        else f"fitted on {int(row['n_train'])} images of the train part"
    )
    seeds = run["results"]["seed"].nunique()
    return (
        f"{row['dataset']}, {run.reported} part: {len(faces)} images ({happy} happy, "
        f"{len(faces) - happy} sad), a face found in {len(faces) - int(row['n_full_frame'])}, "
        f"the others read whole; {how}"
        + (f"; the first of {seeds} seeds, spread.csv has all" if seeds > 1 else "")
    )


def print_run(folder: Path) -> None:
    """Print the table of a run's folder, and what the folder holds; exit code 1 without results."""
    run = read_run(folder)
    any_model = len(run.scores()) > 0
    files = ["results.csv", "predictions.csv", "run.json"]
    if any_model:
        print_table(run_cells(run), describe_part(run))
        print("* best on the validation part; precision, recall, F1: mean of both classes")
        files += ["intervals.csv and other tables", MODEL_FILE, f"{MODEL_FILE}.json", "figures"]
        files.append("report.html (open it first)")
    print_failures(run["results"])
    print_written(folder, files, any_model)


def print_findings(
    folder: Path, results: pd.DataFrame, lines: list[list[str]], below: str, table: str
) -> None:
    """Print an experiment's table (no lines: no model came to a result) and what the folder holds.

    Parameters
    ----------
    results : DataFrame
        The rows of ``results.csv``.
    below : str
        A line below the table.
    table : str
        The file that the table is from.
    """
    if lines:
        print_table(lines, below)
    print_failures(results)
    files = ["results.csv", table, "predictions.csv", "run.json", "report.html"]
    print_written(folder, files + ["figures"] * bool(lines), bool(lines))


def print_failures(results: pd.DataFrame, *axes: str) -> None:
    """A line for each model that failed, with its reason; once for the same reason.

    Parameters
    ----------
    results : DataFrame
        As ``read_rows`` gives them; one without rows has no failures.
    *axes : str
        Columns that are named beside the model, such as "condition".
    """
    failed = results[results["status"] == "error"] if len(results) else results
    lines = []
    for row in failed.to_dict("records"):
        name = ", ".join(str(row[axis]) for axis in ("model", *axes) if row[axis])
        lines.append(f"{name} failed: {row['reason']}")
    print(*dict.fromkeys(lines), sep="\n", end="\n" if lines else "")


def print_written(folder: Path, files: list[str], any_result: bool = True) -> None:
    """What the folder holds; exit code 1 where no model came to a result."""
    print(f"written to {folder}{'/' if folder.name else ''}: {', '.join(files)}")
    if not any_result:
        sys.exit(1)
