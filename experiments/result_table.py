"""One readable table of a run, for the screen and for the README."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.recording import MODEL_FILE, best_model
from happysad.experiments.run_folder import read_rows

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
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


def reported_rows(results: pd.DataFrame) -> pd.DataFrame:
    """The rows of the test part that went well, the most accurate first."""
    rows = results[(results["split"] == "test") & (results["status"] == "ok")]
    return rows.sort_values("accuracy", ascending=False, kind="stable")


def table_cells(rows: pd.DataFrame, best: str) -> list[list[str]]:
    """Header and lines of text; the model chosen on the validation part has an asterisk."""
    lines = [["model", *COLUMNS.values()]]
    for row in rows.to_dict("records"):
        name = f"{row['model']} *" if row["model"] == best else str(row["model"])
        lines.append([name, *(_number(column, row[column]) for column in COLUMNS)])
    return lines


def _number(column: str, value: float) -> str:
    return f"{value:.1f}" if column in ("fit_s", "predict_ms") else f"{value:.3f}"


def describe_part(rows: pd.DataFrame, predictions: pd.DataFrame) -> str:
    """Which part the table is of, how many images it has and in how many a face was found."""
    row = rows.iloc[0]
    first = predictions[
        (predictions["split"] == "test") & (predictions["model"] == row["model"])
    ]
    happy = int((first["label"] == "happy").sum())
    return (
        f"{row['dataset']}, test part: {len(first)} images ({happy} happy, {len(first) - happy} "
        f"sad), a face found in {len(first) - int(row['n_full_frame'])}, the others read whole; "
        f"fitted on {int(row['n_train'])} images of the train part"
    )


def print_run(folder: Path) -> None:
    """Print the table of a run's folder, and what the folder holds."""
    from rich.console import Console
    from rich.table import Table

    results = read_rows(folder / "results.csv")
    rows = reported_rows(results)
    console = Console(width=max(100, Console().width), highlight=False)
    if len(rows):
        header, *lines = table_cells(rows, best_model(results))
        table = Table(box=None, pad_edge=False)
        for i, name in enumerate(header):
            table.add_column(name, justify="right" if i else "left", no_wrap=True)
        for line in lines:
            table.add_row(*line)
        console.print(table)
        console.print(describe_part(rows, read_rows(folder / "predictions.csv")), soft_wrap=True)
        console.print("* best on the validation part; precision, recall, F1: mean of both classes")
    for row in results[results["status"] == "error"].to_dict("records"):
        console.print(f"{row['model']} failed: {row['reason']}", soft_wrap=True, markup=False)
    console.print(_written(folder, bool(len(rows))), soft_wrap=True, markup=False)
    if not len(rows):
        sys.exit(1)


def _written(folder: Path, any_model: bool) -> str:
    names: list[Any] = ["results.csv", "predictions.csv", "run.json"]
    if any_model:
        names += [MODEL_FILE, f"{MODEL_FILE}.json", "figures"]
    return f"written to {folder}{'/' if folder.name else ''}: {', '.join(names)}"


def markdown_table(results: pd.DataFrame) -> str:
    """The table of a ``results.csv`` as Markdown, as the README shows it."""
    header, *lines = table_cells(reported_rows(results), best_model(results))
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [header, rule, *lines])
