"""What a cross-data-set run found: transfer.csv, the printed tables, the figure, the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.figures.forest_figure import save_transfer
from happysad.experiments.reporting.formats import with_interval
from happysad.experiments.reporting.html.report import Section, write_report
from happysad.experiments.reporting.tables.aggregate import groups_of
from happysad.experiments.reporting.tables.interval_table import score_columns
from happysad.experiments.reporting.tables.result_table import print_failures, print_written
from happysad.experiments.reporting.tables.run_tables import write_table
from happysad.experiments.runner.run_folder import read_rows
from happysad.utils.tables import print_table

FITTED = "fitted on "
FEW = 10
"""Intervals of so few people are not to be relied on."""

SCORES = ("balanced_accuracy", "roc_auc", "recall_happy", "recall_sad")

_READING = (
    "Each model is fitted on the train part of one set and tested on others it has no part in: "
    "on their official test part, or where there is none on all their images. The rows where "
    "both are the same are tested on that set's own test part, for reference. Every number has "
    "its 95% bootstrap interval; all images of a person are drawn together. Of fewer than ten "
    "people or so the intervals are not to be relied on, and of one there is none."
)


def finish_transfer(folder: Path) -> None:
    """Write transfer.csv, its figure and the report from the folder's rows."""
    rows = transfer_rows(read_rows(folder / "predictions.csv"))
    write_table(rows, folder / "transfer.csv")
    figure = folder / "figures" / "transfer.png"
    if len(rows):
        save_transfer(rows, figure)
    parts = [
        Section(f"Fitted on {name}", lines=lines, parts=(_faces_found(own),))
        for name, own, lines in transfer_tables(rows)
    ]
    caption = "Filled: balanced accuracy. Open: area under the ROC curve. Lines: 95% intervals."
    section = Section(
        "Does it transfer?", _READING, figure, caption=caption, parts=parts, csv=("transfer.csv",)
    )
    write_report(folder, title="Does it hold on other people's photographs?", sections=[section])


def transfer_rows(predictions: pd.DataFrame) -> pd.DataFrame:
    """``transfer.csv``: a row for each model, set it was fitted on and set it was tested on."""
    keys = ["condition", "dataset", "model"]
    rows = []
    for (fitted, tested, model), part in predictions.groupby(keys, sort=False):
        row: dict[str, Any] = {"fitted_on": str(fitted).removeprefix(FITTED), "tested_on": tested}
        row |= {"model": model, "n_people": len(set(groups_of(part)))}
        for label, own in part.groupby("label"):
            row[f"n_{label}"] = len(own)
            row[f"detection_rate_{label}"] = float((own["face"] == "detected").mean())
        rows.append(row | score_columns(part, SCORES))
    return pd.DataFrame(rows, columns=columns_of("transfer"))


def print_transfer(folder: Path) -> None:
    """Print a table for each set fitted on."""
    rows = transfer_rows(read_rows(folder / "predictions.csv"))
    for name, _, lines in transfer_tables(rows):
        print(f"fitted on {name}: balanced accuracy [95% interval], AUC")
        print_table(lines)
        print()
    print_failures(read_rows(folder / "results.csv"), "condition")
    print_written(folder, ["transfer.csv", "report.html"])


def transfer_tables(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame, list[list[str]]]]:
    """For each set fitted on: its name, its rows, and a line a model, a column a set tested on."""
    for name in dict.fromkeys(rows["fitted_on"] if len(rows) else []):
        own = rows[rows["fitted_on"] == name]
        tested = list(dict.fromkeys(own["tested_on"]))
        header = [_heading(str(t), t == name, own[own["tested_on"] == t]) for t in tested]
        lines = [["model", *header]]
        for model in dict.fromkeys(own["model"]):
            cells = own[own["model"] == model].set_index("tested_on")
            lines.append([str(model), *(_cell(cells.loc[t]) for t in tested)])
        yield str(name), own, lines


def _heading(tested: str, own_test: bool, rows: pd.DataFrame) -> str:
    """The set's name, whether it is the own test part, and how many people it shows if few."""
    people = int(rows["n_people"].max())
    notes = ["own test part"] * own_test + [f"{people} people"] * (1 < people < FEW)
    notes += ["1 person"] * (people == 1)
    return f"{tested} ({', '.join(notes)})" if notes else tested


def _cell(row: Any) -> str:
    ends = (row[f"balanced_accuracy{end}"] for end in ("", "_low", "_high"))
    return f"{with_interval(*ends)}, {row['roc_auc']:.3f}"


def _faces_found(own: pd.DataFrame) -> Section:
    """The recalls and the images of each class, with the share in which a face was found."""
    columns = {
        "tested_on": "tested on", "model": "model", "n_people": "n_people", "n_happy": "n_happy",
        "n_sad": "n_sad", "recall_happy": "recall happy", "recall_sad": "recall sad",
        "detection_rate_happy": "happy faces found", "detection_rate_sad": "sad faces found",
    }  # fmt: skip
    return Section("Recalls and faces found", table=own[list(columns)].rename(columns=columns))
