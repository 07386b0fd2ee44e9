"""A part of the report: what it may hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from happysad.experiments.reporting.formats import frame_cells


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
    csv : tuple of str
        Names of the CSV files beside the report that hold the numbers; links to those that are
        there.
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
    csv: Sequence[str] = ()

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
