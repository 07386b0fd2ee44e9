"""Publish finished runs in a checkout: ``docs/results``, tables of pages, ``MODEL_CARD.md``.

A table of the README or of ``docs/benchmarks.md`` stands between ``<!-- table: NAME KIND -->`` and
``<!-- end -->`` and is written from ``docs/results/NAME``. No number of such a table is typed by
hand, and a test compares them.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

from happysad.experiments.reporting.model_card.document import TABLES, card_text, tables_text
from happysad.experiments.reporting.model_card.page_tables import KINDS
from happysad.experiments.reporting.tables.run_tables import read_run
from happysad.utils.atomic_files import atomic_write
from happysad.utils.errors import UserError
from happysad.utils.tables import markdown

ROOT = Path(__file__).resolve().parents[3]
PAGES = ("README.md", "docs/benchmarks.md")
RESULTS = ROOT / "docs" / "results"
LARGE = ("predictions.csv", "training.csv")
FIGURES = {
    "learning_curve.png": "docs/learning-curve.png",
    "robustness.png": "docs/robustness.png",
    "neither.png": "docs/neither.png",
}
TABLE = re.compile(r"(<!-- table: (\S+) (\S+) -->\n).*?(\n+<!-- end -->)", re.DOTALL)


def publish(name: str, folder: Path) -> list[str]:
    """Copy a finished run's small files, fill the tables of pages; return what was written."""
    facts = finished_facts(folder)
    target = RESULTS / name
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(folder.glob("*.csv")):
        if file.name not in LARGE:
            shutil.copyfile(file, target / file.name)
    for figure, shown in FIGURES.items():
        if (folder / "figures" / figure).exists():
            shutil.copyfile(folder / "figures" / figure, ROOT / shown)
    kept = {key: facts.get(key) for key in ("command", "best", "identity", "code", "versions")}
    with atomic_write(target / "run.json") as beside:
        beside.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    return [str(target.relative_to(ROOT)), *fill_pages(name)]


def finished_facts(folder: Path) -> dict[str, Any]:
    """What ``run.json`` says of a finished run; UserError if it is none."""
    try:
        facts: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UserError(f"{folder} is not the folder of a run: it has no run.json") from None
    if facts.get("state") != "finished":
        raise UserError(f"the run in {folder} is not finished: type its command again")
    return facts


def fill_pages(name: str) -> list[str]:
    """Fill the tables of one run from ``docs/results``; return what was written."""
    written = []
    for page in PAGES:
        text, kinds = fill_tables((ROOT / page).read_text(encoding="utf-8"), name)
        with atomic_write(ROOT / page) as beside:
            beside.write_text(text, encoding="utf-8")
        written += [f"{page}: {name} {kind}" for kind in kinds]
    return written


def fill_tables(text: str, name: str = "") -> tuple[str, list[str]]:
    """A text with the tables of one run, or of all, filled anew; and their kinds."""
    kinds = []

    def table(match: re.Match[str]) -> str:
        start, run, kind, end = match.groups()
        if name and run != name:
            return match.group()
        if kind not in KINDS:
            raise UserError(f"there is no table {kind!r}: the kinds are {', '.join(KINDS)}")
        kinds.append(kind)
        return f"{start}{markdown(KINDS[kind](read_run(RESULTS / run)))}{end}"

    return TABLE.sub(table, text), kinds


def write_card() -> str:
    """Write ``MODEL_CARD.md`` and its page of tables from ``docs/results/shipped``; return it."""
    folder = RESULTS / "shipped"
    pages = {ROOT / "MODEL_CARD.md": card_text(folder), folder / TABLES: tables_text(folder)}
    for path, text in pages.items():
        with atomic_write(path) as beside:
            beside.write_text(text, encoding="utf-8")
    return "MODEL_CARD.md"
