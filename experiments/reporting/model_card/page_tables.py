"""The tables that pages show, each from the small CSV files of a run's folder."""

from __future__ import annotations

from collections.abc import Callable

from happysad.experiments.reporting.formats import Cells, number
from happysad.experiments.reporting.html.tables import comparison_table, subset_table
from happysad.experiments.reporting.model_card.per_dataset_tables import shipped_lines
from happysad.experiments.reporting.per_experiment import (
    ablation_table,
    learning_table,
    peer_pairs,
    peers,
    robustness_table,
    transfer_table,
)
from happysad.experiments.reporting.tables.result_table import run_cells
from happysad.experiments.reporting.tables.run_tables import RunTables, read_table


def against_cnn(run: RunTables) -> Cells:
    """McNemar's test of each model against the CNN on the test part."""
    header, *lines = comparison_table(run)
    rows = [line for line in lines if line[1].endswith("(CNN)")]
    cnn = rows[0][1].removesuffix(" (CNN)") if rows else "the CNN"
    kept = [i for i, name in enumerate(header) if name not in ("p", "against")]
    cells = [[line[i] for i in kept] for line in [header, *rows]]
    cells[0][1] = f"accuracy minus that of {cnn}"
    return cells


def unsure(run: RunTables) -> Cells:
    """What the rule with "unsure" does on the test part, and with neutral faces."""
    points = run["operating_points"]
    points = points[points["rule"].str.startswith("max error")]
    neutral = points[points["split"] == "neutral"].set_index("model")["rejected_neutral"]
    rows = points[points["split"] == "test"].sort_values(
        ["coverage", "model"], ascending=[False, True]
    )
    lines = [["model", "coverage", "error", "unsure: happy", "unsure: sad", "unsure: neutral"]]
    for row in rows.to_dict("records"):
        values = [row[name] for name in ("coverage", "error", "rejected_happy", "rejected_sad")]
        values.append(neutral.get(row["model"]))
        lines.append([row["model"], *(number(value) or "-" for value in values)])
    return lines


def balance(run: RunTables) -> Cells:
    """Recall of each class at 0.5 and at the threshold chosen on the validation part."""
    columns = {"recall_happy": "happy", "recall_sad": "sad", "balanced_accuracy": "balanced"}
    rules = {"0.5": "at 0.5", "balanced": "threshold from val"}
    heads = [f"{name}, {words}" for words in rules.values() for name in columns.values()]
    lines = [["model", *heads]]
    points = run.part("operating_points", "test").set_index(["rule", "model"])
    for model in sorted(run.scores()["model"]):
        rows = [points.loc[(rule, model)] for rule in rules]
        lines.append([str(model), *(number(row[name]) for row in rows for name in columns)])
    return lines


def transfer(run: RunTables) -> Cells:
    """The first set of a cross-data-set run, tested on the others."""
    return next(transfer_table.transfer_tables(read_table(run.folder / "transfer.csv")))[2]


KINDS: dict[str, Callable[[RunTables], Cells]] = {
    "models": run_cells,
    "leaks": lambda run: subset_table(run, "all", "not leaked", "leaked"),
    "against-cnn": against_cnn,
    "unsure": unsure,
    "balance": balance,
    "transfer": transfer,
    "peers": lambda run: peers.score_lines(read_table(run.folder / "peers.csv")),
    "against-peers": lambda run: peer_pairs.pair_lines(run["comparisons"]),
    "first": lambda run: peers.first_lines(read_table(run.folder / "peers.csv")),
    "peers-effort": lambda run: peers.EFFORTS,
    "learning-curve": lambda run: learning_table.curve_lines(
        read_table(run.folder / "learning_curve.csv")
    ),
    "robustness": lambda run: robustness_table.summary_lines(
        read_table(run.folder / "robustness.csv")
    ),
    "ablation": lambda run: ablation_table.table_lines(read_table(run.folder / "ablation.csv")),
    "shipped": lambda run: shipped_lines(read_table(run.folder / "scores.csv")),
}
"""By the name that stands in the markers of pages."""
