"""One readable table of a run, for the screen, the report and the README."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.tables.run_tables import RunTables, read_run
from happysad.experiments.runner.results_writer import MODEL_FILE

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


def table_cells(
    rows: pd.DataFrame, best: str, intervals: pd.DataFrame | None = None
) -> list[list[str]]:
    """Header and lines of text; the model chosen on the validation part has an asterisk.

    Parameters
    ----------
    rows : DataFrame
        A row a model, as ``RunTables.scores`` gives them.
    best : str
    intervals : DataFrame, optional
        Rows of ``intervals.csv`` of the same part: the accuracy's interval becomes a column.
    """
    lines = [["model", *COLUMNS.values()]]
    for row in rows.to_dict("records"):
        name = f"{row['model']} *" if row["model"] == best else str(row["model"])
        lines.append([name, *(_number(column, row[column]) for column in COLUMNS)])
    if intervals is not None and len(intervals):
        texts = ["95% interval", *(_interval(intervals, str(name)) for name in rows["model"])]
        for line, text in zip(lines, texts, strict=True):
            line.insert(2, text)
    return lines


def _number(column: str, value: float) -> str:
    if value != value:
        return ""
    return f"{value:.1f}" if column in ("fit_s", "predict_ms") else f"{value:.3f}"


def _interval(intervals: pd.DataFrame, model: str) -> str:
    accuracy = intervals["metric"].eq("accuracy") & intervals["images"].eq("all")
    rows = intervals[intervals["model"].eq(model) & accuracy]
    return f"{rows.iloc[0]['low']:.3f} to {rows.iloc[0]['high']:.3f}" if len(rows) else ""


def run_cells(run: RunTables) -> list[list[str]]:
    """The table of a run's folder: the part it reports, the most accurate model first."""
    return table_cells(run.scores(), run.best, run.part("intervals"))


def describe_part(run: RunTables) -> str:
    """Which part the table is of, how many images it has and in how many a face was found."""
    row = run.scores().iloc[0]
    answers = run.answers(model=str(row["model"]))
    happy = int((answers["label"] == "happy").sum())
    folds = int(run["results"]["fold"].max())
    how = (
        f"each held out once in {folds} folds"
        if folds
        else f"fitted on {int(row['n_train'])} images of the train part"
    )
    seeds = run["results"]["seed"].nunique()
    return (
        f"{row['dataset']}, {run.reported} part: {len(answers)} images ({happy} happy, "
        f"{len(answers) - happy} sad), a face found in {len(answers) - int(row['n_full_frame'])}, "
        f"the others read whole; {how}"
        + (f"; the first of {seeds} seeds, spread.csv has all" if seeds > 1 else "")
    )


def print_run(folder: Path) -> None:
    """Print the table of a run's folder, and what the folder holds."""
    from rich.console import Console
    from rich.table import Table

    run = read_run(folder)
    any_model = bool(len(run.scores()))
    console = Console(width=max(120, Console().width), highlight=False)
    if any_model:
        header, *lines = run_cells(run)
        table = Table(box=None, pad_edge=False)
        for i, name in enumerate(header):
            table.add_column(name, justify="right" if i else "left", no_wrap=True)
        for line in lines:
            table.add_row(*line)
        console.print(table)
        console.print(describe_part(run), soft_wrap=True, markup=False)
        console.print("* best on the validation part; precision, recall, F1: mean of both classes")
    results = run["results"]
    for row in results[results["status"] == "error"].to_dict("records"):
        console.print(f"{row['model']} failed: {row['reason']}", soft_wrap=True, markup=False)
    console.print(_written(folder, any_model), soft_wrap=True, markup=False)
    if not any_model:
        sys.exit(1)


def _written(folder: Path, any_model: bool) -> str:
    names: list[Any] = ["results.csv", "predictions.csv", "run.json"]
    if any_model:
        names += ["intervals.csv and other tables", MODEL_FILE, f"{MODEL_FILE}.json", "figures"]
        names.append("report.html (open it first)")
    return f"written to {folder}{'/' if folder.name else ''}: {', '.join(names)}"


def markdown(cells: list[list[str]]) -> str:
    """A table as Markdown, the first column to the left and the others to the right."""
    header, *lines = cells
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [header, rule, *lines])
