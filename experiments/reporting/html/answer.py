"""The answer of a report in a few sentences, each put together from the numbers of the run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from happysad.experiments.reporting.figures.abstention_figure import UNSURE_RULE, unsure_rows
from happysad.experiments.reporting.figures.model_styles import kind_of
from happysad.experiments.reporting.figures.style import limits
from happysad.experiments.reporting.formats import COULD, HARDLY, LEVEL, number, p_text, verdict
from happysad.experiments.reporting.html.text import images_of
from happysad.experiments.reporting.tables.run_tables import RunTables
from happysad.experiments.reporting.tables.summary_table import (
    AT_CHANCE,
    NOT_LEARNED,
    stayed_flat,
    training_losses,
)
from happysad.pipeline.evaluation.abstention import needed_faces


def answer(run: RunTables) -> str:
    """The answer in two or three sentences; "" where no model was chosen."""
    scores = run.scores()
    if scores.empty or run.best not in set(scores["model"]):
        return ""
    where = "on the validation part" if run.reported == "test" else "in cross-validation"
    several = f", the mean of {run.seeds} seeds" if run.seeds > 1 else ""
    low, _ = limits(run.part("intervals"), run.best, "accuracy")
    bracket = "" if math.isnan(low) else " (95% interval)"
    sentences = [
        f"{run.best} does best {where}; on the {images_of(run)} its accuracy is "
        f"{run.score_text(run.best, 'accuracy')}{bracket}{several}{_over_seeds(run)}.",
        _chosen_here(run),
        _against_cnn(run),
    ]
    top = scores.iloc[0]
    if top["model"] != run.best and run.reported == "test":
        sentences.append(
            f"{top['model']} is higher on the test part ({number(top['accuracy'])}), but the "
            "choice was made without looking there."
        )
    sentences.append(_abstention(run))
    sentences += not_learned(run)
    return " ".join(filter(None, sentences))


def _over_seeds(run: RunTables) -> str:
    rows = run["summary"].to_dict("records")
    spread = next((row["accuracy_sd"] for row in rows if row["model"] == run.best), math.nan)
    return "" if math.isnan(spread) else f", which differ by ±{number(spread)}"


def _chosen_here(run: RunTables) -> str:
    """That the images that chose the best model also say how good it is."""
    rivals = len(run.scores())
    if run.reported == "test" or rivals < 2:
        return ""
    return (
        f"It was chosen from {rivals} models by these same images, so its score is a little too "
        "good: on new images expect somewhat less."
    )


def _against_cnn(run: RunTables) -> str:
    """The best against the CNN, or where the best is that CNN, the runner-up against it."""
    rows = run.part("comparisons")
    rows = rows[rows["against_role"] == "cnn"].set_index("model") if len(rows) else rows
    if len(rows) and _note(run, str(rows["against"].iloc[0])):
        return ""  # a CNN at chance level is no yardstick
    if run.best in rows.index:
        row = rows.loc[run.best]
        return f"Against {row['against']}, {compared(row.to_dict())}."
    others = [name for name in run.shown(99) if kind_of(name) == "handcrafted"]
    name = next((name for name in others if name in rows.index), None)
    if name is None:
        return ""
    return f"Of the handcrafted models {name} comes next: {compared(rows.loc[name].to_dict())}."


def _note(run: RunTables, model: str) -> str:
    table = run["summary"]
    return "".join(table.loc[table["model"] == model, "note"]) if len(table) else ""


def compared(row: Mapping[Any, Any]) -> str:
    """A row of ``comparisons.csv`` in words."""
    by, p = row["difference"], row["p_value_holm"]
    if by == 0:
        return "its accuracy is equal"
    low, high = sorted((math.copysign(1, by) * row["low"], math.copysign(1, by) * row["high"]))
    ends = f"95% interval {number(low)} to {number(high)}"
    said = f"its accuracy is {number(abs(by))} {'higher' if by > 0 else 'lower'}"
    corrected = f"{p_text(p)} after correction for the number of comparisons"
    if verdict(row) == HARDLY:
        return f"{said} ({ends}), {HARDLY} ({corrected})"
    # The interval is of this comparison alone: beside a corrected p it would seem to contradict.
    why = corrected if p >= LEVEL else f"{ends}, images of one person taken together"
    return f"{said}, which {COULD} ({why})"


def _abstention(run: RunTables) -> str:
    rows = unsure_rows(run.part("operating_points"))
    rows = rows[rows["model"] == run.best]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    error = row["rule"].removeprefix(UNSURE_RULE).strip()
    if not row["coverage"]:
        return (
            f"No thresholds are sure to keep the error to {error}: that takes "
            f"{needed_faces(float(error))} faces of each answer, all of them right, and more with "
            "errors among them."
        )
    test, answered = run.reported == "test", round(row["coverage"] * row["n"])
    source = "validation part" if test else "same images, which flatters"
    return (
        f'Where it may say "unsure" (thresholds that keep the error to {error} on the {source}), '
        f"it answers {answered} of the {row['n']:.0f} {'test' if test else 'held-out'} images and "
        f"is wrong on {row['error'] * answered:.0f} of those ({row['error']:.1%})."
    )


def not_learned(run: RunTables) -> list[str]:
    """A sentence for each model that is no better than chance."""
    table = run["summary"]
    noted = zip(table["model"], table["note"], strict=True) if len(table) else ()
    return [_at_chance(run, str(model), str(note)) for model, note in noted if note]


def _at_chance(run: RunTables, model: str, note: str) -> str:
    why = ""
    if note == NOT_LEARNED:
        why, losses = "it gives all faces one answer, and ", training_losses(run, model)
        if losses and stayed_flat(run, model):
            why = f"its training loss went from {losses[0]:.2f} to {losses[1]:.2f}, and "
    said = f"is {note}" if note == AT_CHANCE else note
    balanced = run.score_text(model, "balanced_accuracy")
    return f"{model} {said}: {why}its balanced accuracy is {balanced}, where 0.5 is chance."
