"""The sections of a report that a run's tables allow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from happysad.experiments.reporting.figures.abstention_figure import unsure_rows
from happysad.experiments.reporting.formats import frame_cells
from happysad.experiments.reporting.html import tables, text
from happysad.experiments.reporting.html.run_figures import figures_for
from happysad.experiments.reporting.tables.result_table import run_cells
from happysad.experiments.reporting.tables.run_tables import RunTables
from happysad.pipeline.evaluation.metrics import METRICS


@dataclass(frozen=True)
class Section:
    """A part of the report. What is empty is not shown; one that is all empty is left out.

    Parameters
    ----------
    title : str
    text : str
        Paragraphs with an empty line between.
    figure : Path, optional
        A PNG file; left out where there is none.
    table : frame, optional
        Its columns are the header. Numbers get three decimals.
    caption : str
        Below the figure: what to see in it. It is also the figure's text for readers who cannot
        see it.
    lines : list of list of str
        A table of texts, header first, in the place of ``table``.
    parts : tuple of Section
        Below, with smaller headings; without a title they have none.

    Examples
    --------
    >>> Section("Speed", lines=(["model", "ms"], ["hog-svm", "6"])).cells
    [['model', 'ms'], ['hog-svm', '6']]
    >>> Section("Nothing", lines=(["model", "ms"],)).empty
    True
    """

    title: str
    text: str = ""
    figure: Path | None = None
    table: pd.DataFrame | None = None
    caption: str = ""
    lines: Sequence[list[str]] = ()
    parts: Sequence[Section] = ()

    @property
    def cells(self) -> list[list[str]]:
        """Header and lines of the table, nothing where it has no lines."""
        cells = frame_cells(self.table) if self.table is not None else list(self.lines)
        return cells if len(cells) > 1 else []

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        drawn = self.figure is not None and self.figure.exists()
        return not (self.text or drawn or self.cells or any(not p.empty for p in self.parts))


def answer_sections(run: RunTables) -> Iterator[Section]:
    """What comes first: the answer and the question."""
    yield Section("The answer", text.answer(run))
    facts, config = run.facts, run.facts.get("config") or {}
    code = facts.get("code") or {}
    changed = " with changes that are not committed" if code.get("dirty") else ""
    values = {
        "data": config.get("data"),
        "data set": (facts.get("identity") or {}).get("dataset"),
        "chosen on validation": run.best,
        "command": facts.get("command"),
        "code": f"{code['revision']}{changed}" if "revision" in code else "",
    }
    lines = [[name, str(value)] for name, value in values.items() if value]
    notes = [Section("", str(note)) for note in facts.get("notes") or []]
    question = str(config.get("why", ""))
    yield Section("The question", question, lines=[["what", "value"], *lines], parts=notes)


def result_sections(run: RunTables) -> Iterator[Section]:
    """What a comparison shows, in the order of its questions."""
    drawn = figures_for(run.folder)
    if not run.scores().empty:
        yield Section(
            "Scores",
            f"The {text.part_name(run)}; * marks the model chosen on the validation part. "
            "Precision, recall and F1 are means of both classes.",
            lines=run_cells(run),
            parts=(
                Section("", figure=drawn.get("scores"), caption=text.scores_caption(run)),
                Section("More scores, with 95% intervals", lines=tables.more_scores(run)),
                Section(
                    "Confusion matrices",
                    figure=drawn.get("confusion_matrices"),
                    caption=text.matrices_caption(run),
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
            "other is wrong (McNemar's test; p corrected after Holm for all rows here).",
            figure=drawn.get("comparisons"),
            caption="Right of the line a model is more accurate than the one named above it. Open "
            "points could be chance; the dummy is left out of the figure.",
            lines=tables.comparison_table(run),
        )
    lines = tables.face_detection_table(run)
    by_face = tables.subset_table(run, "all", "face found", "no face found")
    if len(lines) > 1 or by_face:
        part = Section("Accuracy with and without a face found", lines=by_face)
        title, words = "Faces found, by class", text.face_detection(run)
        yield Section(title, words, lines=lines, parts=(part,))
    yield from _threshold_sections(run, drawn)
    for name, title, caption in (
        ("training", "Training curves", text.training_caption),
        ("confident_errors", "Most confident errors", text.errors_caption),
    ):
        if name in drawn:
            yield Section(title, figure=drawn[name], caption=caption(run))
    words = "Mean and standard deviation over folds and seeds."
    if len(run["spread"]):
        yield Section("Spread over folds and seeds", words, table=run["spread"])


def _threshold_sections(run: RunTables, drawn: dict[str, Path]) -> Iterator[Section]:
    """Curves over all thresholds, calibration, and what rejecting faces costs."""
    if "roc" in drawn:
        caption = (
            "Precision, the share of the answers happy that is right, as more of the happy faces "
            "are found. The dotted line is the share of happy faces: what guessing gives."
        )
        precision = Section("", figure=drawn.get("precision_recall"), caption=caption)
        roc = Section("", figure=drawn["roc"], caption=text.curves_caption(run))
        yield Section("At every threshold", parts=(roc, precision))
    if "reliability" in drawn:
        caption = text.calibration_caption(run)
        title = "Calibration: is p_happy a probability?"
        yield Section(title, figure=drawn["reliability"], caption=caption)
    points = run.part("operating_points")
    rows = unsure_rows(points)
    marks = len(rows) and rows["error"].notna().any()
    risk = (
        "From right to left more of the least confident faces are rejected; a curve that falls "
        "steeply knows when it does not know."
        + (" The points are the rule's thresholds." if marks else "")
    )
    rejected = text.rejected_caption(run) if "rejected" in drawn else ""
    lines = tables.operating_table(run) if len(points) else []
    yield Section(
        "Answering only when confident",
        figure=drawn.get("risk_coverage"),
        caption=risk,
        parts=(
            Section('Who gets "unsure"', figure=drawn.get("rejected"), caption=rejected),
            Section("Thresholds chosen on the validation part", lines=lines),
        ),
    )


def last_sections(run: RunTables) -> Iterator[Section]:
    """What comes last: failures, how to reproduce it, the glossary."""
    yield Section("Recipes that failed", lines=tables.failure_table(run))
    of = {"identity": "identity", "setting": "config", "machine": "machine", "version": "versions"}
    rows = [
        [f"{name}: {key}", value if isinstance(value, str) else json.dumps(value)]
        for name, entry in of.items()
        for key, value in (run.facts.get(entry) or {}).items()
    ]
    yield Section("How it was made", lines=[["what", "value"], *rows])
    meanings = [[name, meaning] for name, meaning in METRICS.items()]
    yield Section("Glossary", lines=[["score", "meaning"], *meanings])
