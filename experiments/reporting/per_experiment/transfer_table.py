"""What a cross-data-set run found: transfer.csv, the printed tables, the figure, the report."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.runner.run_folder import read_rows
from happysad.utils.atomic_files import atomic_write

if TYPE_CHECKING:
    import pandas as pd

FITTED = "fitted on "
FEW = 10
"""Intervals of so few people are not to be relied on."""

SHOWN = ("balanced_accuracy", "roc_auc", "recall_happy", "recall_sad")

_WORDS = (
    "Each model is fitted on the train part of one set and tested on others it has no part in: "
    "on their official test part, or where there is none on all their images. The rows where "
    "both are the same are tested on that set's own test part, for reference. Every number has "
    "its 95% bootstrap interval; all images of a person are drawn together. Of fewer than ten "
    "people or so the intervals are not to be relied on, and of one there is none."
)


def finish_transfer(folder: Path) -> None:
    """Write transfer.csv, its figure and the report from the folder's rows."""
    from happysad.experiments.reporting.figures.transfer_figure import save_transfer
    from happysad.experiments.reporting.html.report import Section, write_report

    rows = transfer_rows(read_rows(folder / "predictions.csv"))
    with atomic_write(folder / "transfer.csv") as beside:
        rows.to_csv(beside, index=False)
    figure = folder / "figures" / "transfer.png"
    if len(rows):
        save_transfer(rows, figure)
    parts = [
        Section(f"Fitted on {name}", lines=tuple(lines), parts=(_faces_found(own),))
        for name, own, lines in transfer_tables(rows)
    ]
    caption = "Filled: balanced accuracy. Open: area under the ROC curve. Lines: 95% intervals."
    section = Section(
        "Does it transfer?", _WORDS, figure=figure, caption=caption, parts=tuple(parts)
    )
    write_report(folder, title="Does it hold on other people's photographs?", sections=[section])


def transfer_rows(predictions: pd.DataFrame) -> pd.DataFrame:
    """A row for each model, set it was fitted on and set it was tested on.

    Scores with the ends of their 95% intervals (``_low``, ``_high``), images and people tested
    on, and the share of each class in which the detector found a face.
    """
    import pandas as pd

    keys = ["condition", "dataset", "model"]
    rows = [
        {
            "fitted_on": str(fitted).removeprefix(FITTED),
            "tested_on": tested,
            "model": model,
            **_measured(part),
        }
        for (fitted, tested, model), part in predictions.groupby(keys, sort=False)
    ]
    return pd.DataFrame(rows)


def _measured(part: pd.DataFrame) -> dict[str, Any]:
    from happysad.experiments.reporting.tables.aggregate import groups_of
    from happysad.pipeline.evaluation.bootstrap import bootstrap_intervals
    from happysad.pipeline.evaluation.metrics import evaluate

    labels, p = part["label"].tolist(), part["p_happy"].tolist()
    people = groups_of(part)
    values = evaluate(labels, p)
    intervals = bootstrap_intervals(labels, p, groups=people)
    row: dict[str, Any] = {"n_people": len(set(people))}
    for label, own in part.groupby("label"):
        row[f"n_{label}"] = len(own)
        row[f"face_found_{label}"] = float((own["face"] == "detected").mean())
    for name in SHOWN:
        row[name], (row[f"{name}_low"], row[f"{name}_high"]) = values[name], intervals[name]
    return row


def print_transfer(folder: Path) -> None:
    """Print a table for each set fitted on."""
    from rich.console import Console

    from happysad.experiments.reporting.tables.plain_table import print_lines

    console = Console(highlight=False)

    rows = transfer_rows(read_rows(folder / "predictions.csv"))
    for name, _, lines in transfer_tables(rows):
        title = f"fitted on {name}: balanced accuracy [95% interval], AUC"
        console.print(title, soft_wrap=True, markup=False)
        print_lines(lines)
        console.print()
    failed = read_rows(folder / "results.csv")
    for row in failed[failed["status"] == "error"].to_dict("records"):
        text = f"{row['model']}, {row['condition']}, failed: {row['reason']}"
        console.print(text, soft_wrap=True, markup=False)
    console.print(f"written to {folder}: transfer.csv, report.html", soft_wrap=True, markup=False)


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
    said = ["own test part"] * own_test + [f"{people} people"] * (1 < people < FEW)
    said += ["1 person"] * (people == 1)
    return f"{tested} ({', '.join(said)})" if said else tested


def _cell(row: Any) -> str:
    value = f"{row['balanced_accuracy']:.3f}"
    low, high = row["balanced_accuracy_low"], row["balanced_accuracy_high"]
    if not math.isnan(low):
        value += f" [{low:.3f}, {high:.3f}]"
    return f"{value}, {row['roc_auc']:.3f}"


def _faces_found(own: pd.DataFrame) -> Any:
    """The recalls and the images of each class, with the share in which a face was found."""
    from happysad.experiments.reporting.html.report import Section

    columns = {
        "tested_on": "tested on", "model": "model", "n_people": "n_people", "n_happy": "n_happy",
        "n_sad": "n_sad", "recall_happy": "recall happy", "recall_sad": "recall sad",
        "face_found_happy": "happy faces found", "face_found_sad": "sad faces found",
    }  # fmt: skip
    return Section("Recalls and faces found", table=own[list(columns)].rename(columns=columns))
