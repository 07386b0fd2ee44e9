"""What an ablation found: importance.csv, ablation.csv, the printed table, figures, the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.figures.bars_and_confusion import save_importance
from happysad.experiments.reporting.formats import number, with_interval
from happysad.experiments.reporting.html.report import Section, write_report
from happysad.experiments.reporting.tables.aggregate import groups_of, is_correct
from happysad.experiments.reporting.tables.result_table import print_failures, print_written
from happysad.experiments.reporting.tables.run_tables import write_table
from happysad.experiments.runner.run_folder import read_rows
from happysad.pipeline.evaluation.bootstrap import paired_interval
from happysad.utils.tables import print_table

COMPLETE = "all blocks"

_BLOCKS = (
    "The blocks that are left count as much together as all do, so that one kernel serves them "
    "all. Last column: accuracy on the test part minus that with all blocks, on the same images."
)
_IMPORTANCE = (
    "The values of a group of features are permuted among the validation faces; what the scores "
    "lose by it is what the model drew from that group alone. Groups overlap, and what one group "
    "says another often says too (the slopes between landmarks say all that their coordinates "
    "do): a small drop does not mean that a feature is useless. 'alone' is the AUC of a single "
    "feature as it is, without any model: below 0.5, sad faces have the higher values."
)


def add_importance(folder: Path, model: str, table: pd.DataFrame) -> None:
    """Put a model's importances in the place of those it had in importance.csv."""
    before = read_importance(folder)
    kept = [before[before["model"] != model]] if len(before) else []
    joined = pd.concat([*kept, table.assign(model=model)])
    columns = ["model", *(name for name in joined.columns if name != "model")]
    ordered = joined[columns].sort_values("model", kind="stable")
    write_table(ordered, folder / "importance.csv")


def read_importance(folder: Path) -> pd.DataFrame:
    """The rows of importance.csv; none where it is absent."""
    path = folder / "importance.csv"
    return pd.read_csv(path) if path.exists() else pd.DataFrame()


def ablation_rows(folder: Path) -> pd.DataFrame:
    """A row for each model and condition: scores on both parts, and the loss of accuracy."""
    results = read_rows(folder / "results.csv")
    results = results[results["status"] == "ok"]
    predictions = read_rows(folder / "predictions.csv")
    rows = []
    for model, own in results.groupby("model", sort=False):
        conditions = sorted(set(own["condition"]), key=_order)
        for condition in conditions:
            row: dict[str, Any] = {"model": model, "features": condition or COMPLETE}
            for split in ("val", "test"):
                here = own[(own["condition"] == condition) & (own["split"] == split)]
                (score,) = here.to_dict("records")
                row[f"{split}_balanced_accuracy"] = score["balanced_accuracy"]
                row[f"{split}_roc_auc"] = score["roc_auc"]
                row["fit_s"] = score["fit_s"]
                if condition and "" in conditions:
                    row |= _difference(predictions, str(model), condition, split)
            rows.append(row)
    return pd.DataFrame(rows, columns=columns_of("ablation"))


def _order(condition: str) -> tuple[bool, bool, str]:
    return bool(condition), condition.endswith(" alone"), condition


def _difference(
    predictions: pd.DataFrame, model: str, condition: str, split: str
) -> dict[str, float]:
    """Accuracy minus that with all blocks, on one part, with its interval."""
    part = predictions[(predictions["model"] == model) & (predictions["split"] == split)]
    one, two = (
        part[part["condition"] == wanted].sort_values("image", kind="stable")
        for wanted in (condition, "")
    )
    correct = is_correct(one), is_correct(two)
    low, high = paired_interval(*correct, groups_of(one))
    value = float(correct[0].mean() - correct[1].mean())
    return {f"{split}_difference": value, f"{split}_low": low, f"{split}_high": high}


def finish_ablation(folder: Path) -> None:
    """Write ablation.csv, the figures and the report from the folder's rows."""
    rows, importance = ablation_rows(folder), read_importance(folder)
    write_table(rows, folder / "ablation.csv")
    sections = [
        Section("Blocks of features", _BLOCKS, lines=table_lines(rows), csv=("ablation.csv",))
    ]
    for model in dict.fromkeys(importance["model"] if len(importance) else []):
        own = importance[importance["model"] == model]
        figure = folder / "figures" / f"importance-{model}.png"
        save_importance(own, figure)
        shown = own.drop(columns=["model"]).dropna(axis="columns", how="all")
        title = f"What {model} draws from which features"
        sections.append(Section(title, _IMPORTANCE, figure, shown, csv=("importance.csv",)))
    write_report(folder, title="Which features carry it?", sections=sections)


def table_lines(rows: pd.DataFrame) -> list[list[str]]:
    """The table as texts, header first."""
    shown = {
        "val_balanced_accuracy": "val balanced", "val_roc_auc": "val AUC",
        "test_balanced_accuracy": "test balanced", "test_roc_auc": "test AUC",
    }  # fmt: skip
    lines = [["model", "features", *shown.values(), "its accuracy minus that of all"]]
    for row in rows.to_dict("records"):
        ends = (row[f"test_{name}"] for name in ("difference", "low", "high"))
        numbers = [*(number(row[name]) for name in shown), with_interval(*ends, sign="+")]
        lines.append([str(row["model"]), str(row["features"]), *numbers])
    return lines


def print_ablation(folder: Path) -> None:
    """Print the table of blocks and the groups of features that matter most."""
    rows = ablation_rows(folder)
    if len(rows):
        print_table(table_lines(rows))
    importance = read_importance(folder)
    if len(importance):
        top = importance[importance["group"] != "all"]
        top = top.sort_values("roc_auc_drop", ascending=False, kind="stable").head(10)
        lines = [["model", "block", "permuted", "columns", "balanced lost", "AUC lost"]]
        for row in top.to_dict("records"):
            lost = [f"{row[f'{name}_drop']:+.3f}" for name in ("balanced_accuracy", "roc_auc")]
            texts = [str(row[name]) for name in ("model", "block", "group", "n_columns")]
            lines.append([*texts, *lost])
        print()
        print_table(lines)
    print_failures(read_rows(folder / "results.csv"), "condition")
    print_written(folder, ["ablation.csv", "importance.csv", "report.html"])
