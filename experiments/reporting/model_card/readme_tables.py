"""The tables that the README shows, each from the small CSV files of a run's folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from happysad.experiments.reporting.tables.result_table import run_cells
from happysad.experiments.reporting.tables.run_tables import read_table

if TYPE_CHECKING:
    from happysad.experiments.reporting.tables.run_tables import RunTables

Cells = list[list[str]]


def leaks(run: RunTables) -> Cells:
    """Accuracy of each model with and without the test images that leaked into training."""
    from happysad.experiments.reporting.html.tables import subset_table

    return subset_table(run, ("all", "not leaked", "leaked"))


def against_cnn(run: RunTables) -> Cells:
    """McNemar's test of each model against the CNN on the test part."""
    from happysad.experiments.reporting.html.tables import comparison_table

    header, *lines = comparison_table(run)
    kept = [i for i, name in enumerate(header) if name not in ("p", "against")]
    mine = [line for line in lines if line[1].endswith("(CNN)")]
    name = mine[0][1].removesuffix(" (CNN)") if mine else "the CNN"
    made = [[line[i] for i in kept] for line in [header, *mine]]
    made[0][1] = f"accuracy minus that of {name}"
    return made


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
        numbers = [row[name] for name in ("coverage", "error", "rejected_happy", "rejected_sad")]
        numbers.append(neutral.get(row["model"], float("nan")))
        lines.append([row["model"], *("-" if n != n else f"{n:.3f}" for n in numbers)])
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
        lines.append([str(model), *(f"{row[name]:.3f}" for row in rows for name in columns)])
    return lines


def transfer(run: RunTables) -> Cells:
    """The first set of a cross-data-set run, tested on the others."""
    from happysad.experiments.reporting.per_experiment.transfer_table import transfer_tables

    return next(transfer_tables(read_table(run.folder / "transfer.csv")))[2]


def peers(run: RunTables) -> Cells:
    """Two other programs and our models on the same images."""
    from happysad.experiments.reporting.per_experiment.peers import score_lines

    return score_lines(read_table(run.folder / "peers.csv"))


def against_peers(run: RunTables) -> Cells:
    """McNemar's test of our models against each of these programs."""
    from happysad.experiments.reporting.per_experiment.peer_pairs import pair_lines

    return pair_lines(run["comparisons"])


def peers_effort(run: RunTables) -> Cells:
    """What it took to run these programs."""
    from happysad.experiments.reporting.per_experiment.peers import effort_lines

    return effort_lines()


def learning_curve(run: RunTables) -> Cells:
    """Accuracy on the test part by the number of training images."""
    from happysad.experiments.reporting.per_experiment.learning_table import curve_lines

    return curve_lines(read_table(run.folder / "learning_curve.csv"))


def falloff(run: RunTables) -> Cells:
    """Mean accuracy under each change, and what is lost."""
    from happysad.experiments.reporting.per_experiment.robustness_table import summary_lines

    return summary_lines(read_table(run.folder / "falloff.csv"))


def ablation(run: RunTables) -> Cells:
    """Blocks left out, and alone."""
    from happysad.experiments.reporting.per_experiment.ablation_table import table_lines

    return table_lines(read_table(run.folder / "ablation.csv"))


def shipped(run: RunTables) -> Cells:
    """The shipped models: on what they never saw, and in cross-validation."""
    from happysad.experiments.reporting.model_card.per_dataset_tables import shipped_lines

    return shipped_lines(read_table(run.folder / "scores.csv"))


KINDS: dict[str, Callable[[RunTables], Cells]] = {
    "models": run_cells,
    "leaks": leaks,
    "against-cnn": against_cnn,
    "unsure": unsure,
    "balance": balance,
    "transfer": transfer,
    "peers": peers,
    "against-peers": against_peers,
    "peers-effort": peers_effort,
    "learning-curve": learning_curve,
    "falloff": falloff,
    "ablation": ablation,
    "shipped": shipped,
}
