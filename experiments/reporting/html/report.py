"""``report.html`` of a run: one file with everything in it, which opens without a network."""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment

from happysad.experiments.reporting.html.run_figures import draw_all
from happysad.experiments.reporting.html.section import Section
from happysad.experiments.reporting.html.sections import (
    answer_sections,
    last_sections,
    result_sections,
)
from happysad.experiments.reporting.tables.run_tables import read_run
from happysad.experiments.reporting.tables.summary import summarise
from happysad.utils.atomic_files import atomic_write
from happysad.utils.tables import numeric_columns

__all__ = ["Section", "finish", "write_report"]

TEMPLATE = Path(__file__).with_name("report.html.j2")


def finish(
    folder: Path, log: Callable[[str], None], *, max_error: float = 0.05, **report: Any
) -> None:
    """Derive all that follows from a run's folder: tables, figures, and the report."""
    log("intervals, figures, report")
    summarise(folder, max_error)
    draw_all(folder)
    write_report(folder, **report)


def write_report(folder: Path, title: str = "", sections: Sequence[Section] = ()) -> Path:
    """Write ``report.html`` from what a run's folder holds.

    All is in the one file but the CSV files, which it links to by their names beside it.

    Parameters
    ----------
    folder : Path
        A run's folder, its figures drawn (``draw_all``).
    title : str, optional
        Of the page; without one, the data set's name.
    sections : sequence of Section
        What the experiment itself has to show; they come after the question.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    OSError, ValueError
        A table of the folder cannot be read or was cut.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_report(Path(folder), "Which is faster?").name
    'report.html'
    """
    run = read_run(folder)
    every = [*answer_sections(run), *sections, *result_sections(run), *last_sections(run)]
    shown = [section for section in every if not section.empty]
    data_set = str((run.facts.get("identity") or {}).get("dataset", folder.name))
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(
        picture=_picture, numeric=numeric_columns, long=_long, paragraphs=_paragraphs,
        links=lambda section: [name for name in section.csv if (folder / name).exists()],
    )  # fmt: skip
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        title=title or f"Happy or sad: models compared on {data_set}",
        unfinished=run.facts.get("state") == "running" and not run.best,
        sections=list(zip(_anchors(shown), shown, strict=True)),
    )
    path = folder / "report.html"
    with atomic_write(path) as beside:
        beside.write_text(page, encoding="utf-8")
    return path


def _anchors(sections: Sequence[Section]) -> list[str]:
    """A name for each section's link, no two alike."""
    names: list[str] = []
    for section in sections:
        name = re.sub(r"[^a-z0-9]+", "-", section.title.lower()).strip("-") or "section"
        same = sum(other.partition("--")[0] == name for other in names)
        names.append(f"{name}--{same + 1}" if same else name)
    return names


def _picture(path: Path | None) -> dict[str, Any] | None:
    """The PNG file as an address that holds it, with its size in pixels."""
    if path is None or not path.exists():
        return None
    data = path.read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    address = f"data:image/png;base64,{base64.b64encode(data).decode('ascii')}"
    return {"src": address, "width": width, "height": height}


def _long(cells: list[list[str]]) -> list[bool]:
    """For each column of a table, whether it holds texts that may be broken into lines."""
    return [any(len(cell) > 28 for cell in column) for column in zip(*cells[1:], strict=True)]


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
