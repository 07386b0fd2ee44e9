"""Put the tables of finished runs into the README.

``python experiments/maintenance/publish_results.py NAME RUN``.

The small CSV files of the run's folder are copied to ``docs/results/NAME``, and every place of the
README that shows NAME, between ``<!-- table: NAME KIND -->`` and ``<!-- end -->``, is written anew
from them. No number of such a table is typed by hand, and a test compares them.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import click

from happysad.experiments.reporting.model_card.readme_tables import KINDS
from happysad.experiments.reporting.tables.result_table import markdown
from happysad.experiments.reporting.tables.run_tables import read_run
from happysad.utils.atomic_files import atomic_write
from happysad.utils.console import exit_on_user_error
from happysad.utils.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
RESULTS = ROOT / "docs" / "results"
LARGE = ("predictions.csv", "training.csv")
PLACE = re.compile(r"(<!-- table: (\S+) (\S+) -->\n).*?(\n+<!-- end -->)", re.DOTALL)


def publish(name: str, folder: Path) -> list[str]:
    """Copy a run's small tables and write the README's anew; give what was written.

    Raises
    ------
    UserError
        The folder is not that of a finished run.
    """
    facts = finished_facts(folder)
    target = RESULTS / name
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(folder.glob("*.csv")):
        if file.name not in LARGE:
            shutil.copyfile(file, target / file.name)
    kept = {key: facts.get(key) for key in ("command", "best", "identity", "code", "versions")}
    with atomic_write(target / "run.json") as beside:
        beside.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    return [str(target.relative_to(ROOT)), *fill_readme(name)]


def finished_facts(folder: Path) -> dict[str, Any]:
    """What ``run.json`` says of a finished run; UserError if it is none."""
    try:
        facts: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UserError(f"{folder} is not the folder of a run: it has no run.json") from None
    if facts.get("state") != "finished":
        raise UserError(f"the run in {folder} is not finished: type its command again")
    return facts


def fill_readme(name: str) -> list[str]:
    """Write the README's tables of one name anew from ``docs/results``; give what was written."""
    text, shown = filled(README.read_text(encoding="utf-8"), name)
    with atomic_write(README) as beside:
        beside.write_text(text, encoding="utf-8")
    return [f"README: {name} {kind}" for kind in shown]


def filled(text: str, name: str = "") -> tuple[str, list[str]]:
    """A text with its tables written anew, and their kinds; of one run or of all."""
    kinds = []

    def table(place: re.Match[str]) -> str:
        start, run, kind, end = place.groups()
        if name and run != name:
            return place.group()
        if kind not in KINDS:
            raise UserError(f"there is no table {kind!r}: the kinds are {', '.join(KINDS)}")
        kinds.append(kind)
        return f"{start}{markdown(KINDS[kind](read_run(RESULTS / run)))}{end}"

    return PLACE.sub(table, text), kinds


@click.command(name="publish")
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path))
@exit_on_user_error
def main(name: str, folder: Path) -> None:
    """Put the tables of the run in FOLDER into the README under NAME."""
    for line in publish(name, folder):
        print(line)


if __name__ == "__main__":
    main()
