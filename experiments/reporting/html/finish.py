"""What every run ends with: the derived tables, the figures, the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def finish(
    folder: Path, log: Callable[[str], None], *, max_error: float = 0.02, **report: Any
) -> None:
    """Derive all that follows from results.csv and predictions.csv of a run's folder.

    Parameters
    ----------
    folder : Path
    log : callable
    max_error : float
        See ``CompareConfig``.
    **report
        Passed on to ``write_report``.
    """
    from happysad.experiments.reporting.html.report import draw_all, write_report
    from happysad.experiments.reporting.tables.summary import summarise

    log("intervals, figures, report")
    summarise(folder, max_error)
    draw_all(folder)
    write_report(folder, **report)
