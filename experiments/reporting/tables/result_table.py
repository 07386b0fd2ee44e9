"""One readable table of a run, for the screen, the report and the README; the end of a run."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pandas as pd

from happysad.experiments.reporting.formats import cell, number, score_name
from happysad.experiments.reporting.tables.run_tables import RunTables, read_run
from happysad.experiments.reporting.tables.summary_table import summary_table
from happysad.experiments.runner.best_model import MODEL_FILE
from happysad.utils.tables import print_table

SHOWN = (
    "accuracy", "precision_macro", "recall_macro", "f1_macro", "f1_happy", "f1_sad", "roc_auc",
    "fit_s", "predict_ms",
)  # fmt: skip


def run_cells(run: RunTables) -> list[list[str]]:
    """``summary.csv`` as texts: the most accurate model first, the best with a star.

    The accuracy's interval, its spread over seeds and the notes are columns where there are any.
    """
    table = run["summary"] if len(run["summary"]) else summary_table(run)
    lines = [["model", *map(score_name, SHOWN)]]
    for row in table.to_dict("records"):
        cells = [cell(column, row[column]) for column in SHOWN]
        lines.append([f"{row['model']} *" if row["chosen"] else row["model"], *cells])
    if table["accuracy_sd"].notna().any():
        spread = ["± over seeds", *(number(value) for value in table["accuracy_sd"])]
        lines = [[*line[:2], extra, *line[2:]] for line, extra in zip(lines, spread, strict=True)]
    if table["accuracy_low"].notna().any():
        ends = zip(table["accuracy_low"], table["accuracy_high"], strict=True)
        texts = ["" if math.isnan(low) else f"{low:.3f} to {high:.3f}" for low, high in ends]
        between = ["95% interval", *texts]
        lines = [[*line[:2], extra, *line[2:]] for line, extra in zip(lines, between, strict=True)]
    if table["note"].any():
        notes = zip(lines, ["note", *table["note"]], strict=True)
        lines = [[*line, note] for line, note in notes]
    return lines


def describe_part(run: RunTables) -> str:
    """Which part the table is of, how many images it has and in how many a face was found."""
    row = run.scores().iloc[0]
    faces = run.predictions(model=str(row["model"]))
    happy = int((faces["label"] == "happy").sum())
    how = (
        f"each held out once in {run.folds} folds"
        if run.folds
        else f"fitted on {int(row['n_train'])} images of the train part"
    )
    part = "images of all folds" if run.folds else f"{run.reported} part"
    return (
        f"{row['dataset']}, {part}: {len(faces)} images ({happy} happy, "
        f"{len(faces) - happy} sad), a face found in {len(faces) - int(row['n_full_frame'])}, "
        f"the others read whole; {how}"
        + (f"; means of {run.seeds} seeds, ± their standard deviation" if run.seeds > 1 else "")
    )


def how_chosen(run: RunTables) -> str:
    """What the star of the best model says."""
    if run.reported == "test":
        return "* best on the validation part"
    return "* best on these images, which chose it: on new ones it will do a little worse"


def print_run(folder: Path) -> None:
    """Print the table of a run's folder, and what the folder holds; exit code 1 without results."""
    run = read_run(folder)
    any_model = len(run.scores()) > 0
    files = ["results.csv", "predictions.csv", "run.json"]
    if any_model:
        print_table(run_cells(run), describe_part(run))
        print(f"{how_chosen(run)}; precision, recall, F1: mean of both classes")
        files += ["summary.csv (this table)", "intervals.csv and other tables"]
        files += [MODEL_FILE, f"{MODEL_FILE}.json", "figures"]
        files.append("report.html (open it first)")
    for finding in run.facts.get("findings") or []:
        print(f"serious: {finding}")
    print_failures(run["results"])
    print_written(folder, files, any_model)


def print_findings(
    folder: Path, results: pd.DataFrame, lines: list[list[str]], below: str, table: str
) -> None:
    """Print an experiment's lines (none: no model came to a result) and what the folder holds."""
    if lines:
        print_table(lines, below)
    print_failures(results)
    files = ["results.csv", table, "predictions.csv", "run.json", "report.html"]
    print_written(folder, files + ["figures"] * bool(lines), bool(lines))


def print_failures(results: pd.DataFrame, *axes: str) -> None:
    """A line for each failure with the model, other ``axes`` and the reason; once for the same."""
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
