"""Every column of every CSV file, as ``columns.toml`` names them: type, unit and meaning.

``python -m happysad.experiments.reporting.columns > docs/columns.md`` writes the page of them anew.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from happysad.pipeline.evaluation.metrics import COUNTS, METRICS

_LIMITS = {"_low": "lower end of the 95% interval of", "_high": "upper end of the 95% interval of"}


class Column(NamedTuple):
    """What a column holds: its type is ``text``, ``integer`` or ``number``."""

    type: str
    unit: str
    meaning: str


class Table(NamedTuple):
    """A CSV file: what it is, and its columns in their order."""

    about: str
    columns: dict[str, Column]


def _table(entry: dict[str, Any], common: dict[str, list[str]]) -> Table:
    columns: dict[str, Column] = {}
    for name in entry["columns"].replace("@metrics", " ".join(METRICS)).split():
        score = name.removesuffix("~")
        kind = ("integer", "faces") if name in COUNTS else ("number", "")
        own = entry.get(score) or common.get(score) or (*kind, METRICS[score])
        columns[score] = Column(*own)
        if name.endswith("~"):
            for end, words in _LIMITS.items():
                columns[score + end] = Column("number", "", f"{words} {score}")
    return Table(entry["about"], columns)


_ENTRIES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_COMMON = _ENTRIES.pop("common")
TABLES = {name: _table(entry, _COMMON) for name, entry in _ENTRIES.items()}
"""By the file's name without ``.csv``, after its folder where two files have one name."""

TEXTS = frozenset(
    name
    for table in TABLES.values()
    for name, column in table.columns.items()
    if column.type == "text"
)
"""Names of the columns that hold texts in some file."""


def columns_of(name: str) -> pd.Index[str]:
    """The columns of one of ``TABLES`` in their order.

    Examples
    --------
    >>> list(columns_of("face_detection"))
    ['dataset', 'split', 'label', 'n', 'n_face_found', 'detection_rate']
    """
    return pd.Index(list(TABLES[name].columns))


def page() -> str:
    """``docs/columns.md``."""
    lines = [
        "# Columns of the CSV files",
        "",
        "<!-- Written by `python -m happysad.experiments.reporting.columns` from columns.toml. -->",
        "",
        "What every column of every file means. A share is a number from 0 to 1; an empty cell",
        "says that there is no such number.",
    ]
    for name, table in TABLES.items():
        lines += ["", f"## {name}.csv", "", table.about, ""]
        lines += ["| column | type | unit | meaning |", "| --- | --- | --- | --- |"]
        for key, column in table.columns.items():
            lines.append(f"| `{key}` | {column.type} | {column.unit} | {column.meaning} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")
