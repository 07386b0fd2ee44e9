"""The sections of a report that a run's tables allow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from happysad.experiments.reporting.figures.abstention_figure import unsure_rows
from happysad.experiments.reporting.html import tables, text
from happysad.experiments.reporting.html.run_figures import figures_for
from happysad.experiments.reporting.tables.result_table import run_cells

if TYPE_CHECKING:
    import pandas as pd

    from happysad.experiments.reporting.tables.run_tables import RunTables


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
    """

    title: str
    text: str = ""
    figure: Path | None = None
    table: pd.DataFrame | None = None
    caption: str = ""
    lines: tuple[list[str], ...] = ()
    parts: tuple[Section, ...] = ()

    @property
    def cells(self) -> list[list[str]]:
        """Header and lines of the table, nothing where it has no lines."""
        made = tables.cells(self.table) if self.table is not None else list(self.lines)
        return made if len(made) > 1 else []

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        drawn = self.figure is not None and self.figure.exists()
        return not (self.text or drawn or self.cells or any(not p.empty for p in self.parts))


def answer_sections(run: RunTables) -> Iterator[Section]:
    """What comes first: the answer and the question."""
    yield Section("The answer", text.answer(run))
    config = run.facts.get("config") or {}
    facts = [
        ["data", str(config.get("data", ""))],
        ["data set", str((run.facts.get("identity") or {}).get("dataset", ""))],
        ["chosen on validation", run.best],
        ["command", str(run.facts.get("command", ""))],
        ["code", _code(run)],
    ]
    lines = [["what", "value"], *(fact for fact in facts if fact[1])]
    notes = tuple(Section("", str(note)) for note in run.facts.get("notes") or [])
    yield Section("What was asked", str(config.get("why", "")), lines=tuple(lines), parts=notes)


def result_sections(run: RunTables) -> Iterator[Section]:
    """What a comparison shows, in the order of its questions."""
    drawn = figures_for(run.folder)
    if not run.scores().empty:
        yield Section(
            "Scores",
            f"The {text.part_name(run)}; * marks the model chosen on the validation part. "
            "Precision, recall and F1 are means of both classes.",
            lines=tuple(run_cells(run)),
            parts=(
                Section("", figure=drawn.get("scores"), caption=text.scores_caption(run)),
                Section("More scores, with 95% intervals", lines=tuple(tables.more_scores(run))),
                Section(
                    "Which class is mistaken for which",
                    figure=drawn.get("confusion_matrices"),
                    caption=text.matrices_caption(run),
                ),
            ),
        )
    yield _leaks(run)
    yield from _comparisons(run, drawn)
    yield from _coverage(run)
    yield from _curves(run, drawn)
    yield from _unsure(run, drawn)
    yield from _fits(run, drawn)


def _leaks(run: RunTables) -> Section:
    lines = tables.subset_table(run, ("all", "not leaked", "leaked"))
    said = text.leaks(run) if lines else ""
    return Section("With and without leaked images", said, lines=tuple(lines))


def _comparisons(run: RunTables, drawn: dict[str, Path]) -> Iterator[Section]:
    if run.part("comparisons").empty:
        return
    yield Section(
        "Is the difference more than chance?",
        "Two models answer the same images, so only those count on which one is right and the "
        "other is wrong (McNemar's test; p corrected after Holm for all rows here).",
        figure=drawn.get("comparisons"),
        caption="Right of the line a model is more accurate than the one named above it. Open "
        "points could be chance; the dummy is left out of the figure.",
        lines=tuple(tables.comparison_table(run)),
    )


def _coverage(run: RunTables) -> Iterator[Section]:
    lines = tables.coverage_table(run) if len(run["coverage"]) else []
    by_face = tables.subset_table(run, ("all", "face found", "no face found"))
    if lines or by_face:
        yield Section(
            "Faces found, by class",
            text.coverage(run),
            lines=tuple(lines),
            parts=(Section("Accuracy with and without a face found", lines=tuple(by_face)),),
        )


def _curves(run: RunTables, drawn: dict[str, Path]) -> Iterator[Section]:
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
        yield Section("Is p_happy a probability?", figure=drawn["reliability"], caption=caption)


def _unsure(run: RunTables, drawn: dict[str, Path]) -> Iterator[Section]:
    points = run.part("operating_points")
    if "risk_coverage" not in drawn and points.empty:
        return
    rows = unsure_rows(points)
    marks = len(rows) and rows["error"].notna().any()
    told = " The points are the rule's thresholds." if marks else ""
    risk = (
        "From right to left more of the least sure faces are refused; a curve that falls steeply "
        f"knows when it does not know.{told}"
    )
    refused = text.refused_caption(run) if "refused" in drawn else ""
    lines = tables.operating_table(run) if len(points) else []
    yield Section(
        "BatchScheduler only when sure",
        figure=drawn.get("risk_coverage"),
        caption=risk,
        parts=(
            Section('Who gets "unsure"', figure=drawn.get("refused"), caption=refused),
            Section("Thresholds chosen on the validation part", lines=tuple(lines)),
        ),
    )


def _fits(run: RunTables, drawn: dict[str, Path]) -> Iterator[Section]:
    if "training" in drawn:
        caption = text.training_caption(run)
        yield Section("How the CNNs learned", figure=drawn["training"], caption=caption)
    if "worst_faces" in drawn:
        caption = text.faces_caption(run)
        yield Section("Wrong and most sure", figure=drawn["worst_faces"], caption=caption)
    if len(run["spread"]):
        said = "Mean and standard deviation over folds and seeds."
        yield Section("Spread over folds and seeds", said, table=run["spread"])


def last_sections(run: RunTables) -> Iterator[Section]:
    """What comes last: failures, how it was made, the glossary."""
    from happysad.pipeline.evaluation.metrics import METRICS

    yield Section("Recipes that failed", lines=tuple(tables.failure_table(run)))
    identity, machine = run.facts.get("identity") or {}, run.facts.get("machine") or {}
    facts = {
        **{f"identity: {key}": value for key, value in identity.items()},
        **{f"setting: {key}": value for key, value in (run.facts.get("config") or {}).items()},
        **{f"machine: {key}": value for key, value in machine.items()},
        **{f"version: {key}": value for key, value in (run.facts.get("versions") or {}).items()},
    }
    rows = [[key, _plain(value)] for key, value in facts.items()]
    yield Section("How it was made", lines=(["what", "value"], *rows))
    meanings = [[name, meaning] for name, meaning in METRICS.items()]
    yield Section("Glossary", lines=(["score", "meaning"], *meanings))


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _code(run: RunTables) -> str:
    code = run.facts.get("code") or {}
    changed = " with changes that are not committed" if code.get("dirty") else ""
    return f"{code['revision']}{changed}" if "revision" in code else ""
