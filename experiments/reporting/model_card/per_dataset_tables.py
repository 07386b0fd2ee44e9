"""What is known of the shipped models: tables from the predictions of their run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.tables.aggregate import groups_of, scored
from happysad.experiments.reporting.tables.interval_table import interval_table, interval_text
from happysad.experiments.runner.run_folder import read_rows
from happysad.utils.atomic_files import atomic_write

if TYPE_CHECKING:
    import pandas as pd

METRICS = (
    "accuracy", "balanced_accuracy", "recall_happy", "recall_sad", "roc_auc", "brier",
    "calibration_error",
)  # fmt: skip
PLACE = ["condition", "dataset", "split"]
BINS = 5

SHIPPED = "shipped"
FOLDS = "cross-validated"
"""Conditions of the rows of a run of ``ship``."""


def write_tables(folder: Path) -> None:
    """Write ``scores``, ``tested``, ``reliability`` and ``thresholds.csv``, and the report."""
    from happysad.experiments.reporting.html.report import Section, write_report
    from happysad.experiments.reporting.model_card.threshold_table import threshold_table

    answers = scored(read_rows(folder / "predictions.csv"))
    tables = {
        "scores": score_table(answers),
        "tested": place_table(answers),
        "reliability": reliability_table(answers),
        "thresholds": threshold_table(answers),
    }
    for name, table in tables.items():
        with atomic_write(folder / f"{name}.csv") as beside:
            table.to_csv(beside, index=False, float_format="%.6g")
    lines = tuple(shipped_lines(tables["scores"]))
    write_report(folder, title="The shipped models", sections=[Section("Tested", lines=lines)])


def score_table(answers: pd.DataFrame) -> pd.DataFrame:
    """``METRICS`` with their intervals for each model, condition and place, a row each.

    ``images`` is as in ``interval_table``.
    """
    import pandas as pd

    tables = []
    for condition in (SHIPPED, FOLDS):
        table = interval_table(answers[answers["condition"] == condition])
        table.insert(0, "condition", condition)
        tables.append(table[table["metric"].isin(METRICS)])
    return pd.concat(tables, ignore_index=True)


def place_table(answers: pd.DataFrame) -> pd.DataFrame:
    """What each place holds: images of each class, groups, and faces found in each class."""
    import pandas as pd

    rows = []
    for place, part in answers.groupby(PLACE):
        part = part[part["model"] == part["model"].iloc[0]]
        row: dict[str, Any] = dict(zip(PLACE, place, strict=True))
        row |= {"n": len(part), "groups": len(set(groups_of(part)))}
        for label in ("happy", "sad"):
            own = part[part["label"] == label]
            row[label] = len(own)
            row[f"face_found_{label}"] = int((own["face"] == "detected").sum())
        rows.append(row)
    return pd.DataFrame(rows)


def reliability_table(answers: pd.DataFrame) -> pd.DataFrame:
    """Share of happy faces in each fifth of p_happy, for each model and place."""
    import pandas as pd

    from happysad.pipeline.evaluation.calibration import reliability

    axes = ["model", *PLACE]
    tables = []
    for place, part in answers.groupby(axes):
        table = reliability(part["label"].tolist(), part["p_happy"].tolist(), BINS)
        tables.append(table.assign(**dict(zip(axes, map(str, place), strict=True))))
    joined = pd.concat(tables, ignore_index=True)
    return joined[[*axes, *joined.columns.drop(axes)]]


def shipped_lines(scores: pd.DataFrame) -> list[list[str]]:
    """Balanced accuracy and AUC of each model wherever it was tested, with their intervals."""
    lines = [["model", "how", "tested on", "images", "balanced accuracy", "AUC"]]
    whole = scores[(scores["images"] == "all") & (scores["metric"] == "roc_auc")]
    for row in whole.sort_values("model", kind="stable").to_dict("records"):
        own = of_place(scores, row)
        texts = [
            interval_text(own, row["model"], metric, row["split"])
            for metric in ("balanced_accuracy", "roc_auc")
        ]
        tested = f"{row['dataset']} {row['split']}"
        lines.append([row["model"], row["condition"], tested, f"{row['n']:.0f}", *texts])
    return lines


def of_place(scores: pd.DataFrame, row: dict[Any, Any]) -> pd.DataFrame:
    """The rows of ``scores.csv`` of the condition and data set of one of them."""
    same = scores["condition"].eq(row["condition"]) & scores["dataset"].eq(row["dataset"])
    return scores[same]


def print_shipped(folder: Path) -> None:
    """Print what the run found, and what its folder holds."""
    from happysad.experiments.reporting.tables.plain_table import print_failures, print_lines
    from happysad.experiments.reporting.tables.run_tables import read_table

    print_lines(shipped_lines(read_table(folder / "scores.csv")))
    print_failures(read_rows(folder / "results.csv"))
    print(f"written to {folder}: models, scores.csv, report.html")
