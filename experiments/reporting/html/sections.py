"""The sections of a report that a run's tables allow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from happysad.experiments.reporting.figures.abstention_figure import unsure_rows
from happysad.experiments.reporting.html import tables, text
from happysad.experiments.reporting.html.answer import answer
from happysad.experiments.reporting.html.run_figures import figures_for
from happysad.experiments.reporting.html.section import Section
from happysad.experiments.reporting.tables.result_table import how_chosen, run_cells
from happysad.experiments.reporting.tables.run_tables import RunTables
from happysad.pipeline.evaluation.metrics import METRICS


def answer_sections(run: RunTables) -> Iterator[Section]:
    """What comes first: what makes the numbers mislead, the answer and the question."""
    findings = [Section("", f"{line[0].upper()}{line[1:]}.") for line in _findings(run)]
    words = "Serious findings about the data: what is measured on them may be too good." * bool(
        findings
    )
    yield Section("Before you believe a number", words, parts=findings)
    yield Section("The answer", answer(run))
    facts, config = run.facts, run.facts.get("config") or {}
    code = facts.get("code") or {}
    changed = " with changes that are not committed" if code.get("dirty") else ""
    values = {
        "data": config.get("data"),
        "data set": (facts.get("identity") or {}).get("dataset"),
        "chosen": run.best,
        "command": facts.get("command"),
        "code": f"{code['revision']}{changed}" if "revision" in code else "",
    }
    lines = [[name, str(value)] for name, value in values.items() if value]
    question = str(config.get("why", ""))
    yield Section("The question", question, lines=[["what", "value"], *lines])


def _findings(run: RunTables) -> list[str]:
    return [str(line) for line in run.facts.get("findings") or []]


def result_sections(run: RunTables) -> Iterator[Section]:
    """What a comparison shows, in the order of its questions."""
    drawn = figures_for(run.folder)
    if not run.scores().empty:
        yield Section(
            "Scores",
            f"The {text.part_name(run)}; {how_chosen(run)}. "
            "Precision, recall and F1 are means of both classes."
            + f" All scores are means of {run.seeds} seeds."
            * (run.seeds > 1),
            lines=run_cells(run),
            csv=("summary.csv",),
            parts=(
                Section(
                    "",
                    figure=drawn.get("scores"),
                    caption=text.scores_caption(run),
                    csv=("summary.csv", "intervals.csv"),
                ),
                Section("More scores, with 95% intervals", lines=tables.more_scores(run)),
                Section(
                    "Confusion matrices",
                    figure=drawn.get("confusion_matrices"),
                    caption=text.matrices_caption(run),
                    csv=("results.csv",),
                ),
            ),
        )
    lines = tables.subset_table(run, "all", "not leaked", "leaked")
    if lines:
        yield Section("With and without leaked images", text.leaks(run), lines=lines)
    if len(run.part("comparisons")):
        yield Section(
            "Is the difference more than chance?",
            "Two models answer the same images, so only those count on which one is right and the "
            "other is wrong (McNemar's test; p corrected after Holm for all rows here). Each "
            "interval is that of one comparison taken alone: of many, some leave 0 out by chance, "
            "which is what the correction is for. Hardly chance is what both agree on."
            + " Differences are means over the seeds, the test is that of the first."
            * (run.seeds > 1),
            figure=drawn.get("comparisons"),
            caption="Right of the line a model is more accurate than the one named above it. Open "
            "points could be chance; the dummy is left out of the figure.",
            lines=tables.comparison_table(run),
            csv=("comparisons.csv",),
        )
    lines = tables.face_detection_table(run)
    by_face = tables.subset_table(run, "all", "face found", "no face found")
    if len(lines) > 1 or by_face:
        part = Section("Accuracy with and without a face found", lines=by_face)
        title, words = "Faces found, by class", text.face_detection(run)
        yield Section(title, words, lines=lines, parts=(part,), csv=("face_detection.csv",))
    yield from _threshold_sections(run, drawn)
    for name, title, caption, csv in (
        ("training", "Training curves", text.training_caption, "training.csv"),
        ("confident_errors", "Most confident errors", text.errors_caption, "predictions.csv"),
    ):
        if name in drawn:
            yield Section(title, figure=drawn[name], caption=caption(run), csv=(csv,))
    words = "Mean and standard deviation over folds and seeds."
    if len(run["spread"]):
        yield Section(
            "Spread over folds and seeds",
            words,
            lines=tables.spread_table(run),
            csv=("spread.csv",),
        )


def _threshold_sections(run: RunTables, drawn: dict[str, Path]) -> Iterator[Section]:
    """Curves over all thresholds, calibration, and what rejecting faces costs."""
    if "roc" in drawn:
        caption = (
            "Precision, the share of the answers happy that is right, as more of the happy faces "
            "are found. The dotted line is the share of happy faces: what guessing gives."
        )
        csv = ("predictions.csv",)
        precision = Section("", figure=drawn.get("precision_recall"), caption=caption, csv=csv)
        roc = Section("", figure=drawn["roc"], caption=text.curves_caption(run), csv=csv)
        yield Section("At every threshold", parts=(roc, precision))
    if "reliability" in drawn:
        caption = text.calibration_caption(run)
        title = "Calibration: is p_happy a probability?"
        yield Section(title, figure=drawn["reliability"], caption=caption, csv=("predictions.csv",))
    points = run.part("operating_points")
    rows = unsure_rows(points)
    marks = len(rows) and rows["error"].notna().any()
    risk = (
        "From right to left more of the least confident faces are rejected; a curve that falls "
        "steeply knows when it does not know."
        + (" The points are the rule's thresholds." if marks else "")
        + text.left_out(run)
    )
    rejected = text.rejected_caption(run) if "rejected" in drawn else ""
    lines = tables.operating_table(run) if len(points) else []
    yield Section(
        "Answering only when confident",
        figure=drawn.get("risk_coverage"),
        caption=risk,
        csv=("predictions.csv", "operating_points.csv"),
        parts=(
            Section(
                'Who gets "unsure"',
                figure=drawn.get("rejected"),
                caption=rejected,
                csv=("operating_points.csv",),
            ),
            Section(
                f"Thresholds chosen on {'these images' if run.folds else 'the validation part'}",
                lines=lines,
                csv=("operating_points.csv",),
            ),
        ),
    )


def last_sections(run: RunTables) -> Iterator[Section]:
    """What comes last: failures, notes on the data, how to reproduce it, the glossary."""
    yield Section("Recipes that failed", lines=tables.failure_table(run))
    notes = [Section("", str(note)) for note in run.facts.get("notes") or []]
    yield Section("Notes on the data", parts=notes)
    of = {"identity": "identity", "setting": "config", "machine": "machine", "version": "versions"}
    rows = [
        [f"{name}: {key}", value if isinstance(value, str) else json.dumps(value)]
        for name, entry in of.items()
        for key, value in (run.facts.get(entry) or {}).items()
    ]
    yield Section("How it was made", lines=[["what", "value"], *rows])
    meanings = [[name, meaning] for name, meaning in METRICS.items()]
    yield Section("Glossary", lines=[["score", "meaning"], *meanings])
