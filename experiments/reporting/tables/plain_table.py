"""The end of a run on the screen: a table of texts, what failed, what was written."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console


WORDS = (
    "model", "features", "block", "permuted", "settings", "how", "tested on", "formats", "class",
    "program", "against",
)  # fmt: skip
"""Columns that hold words and no numbers."""


def print_lines(lines: Sequence[Sequence[str]], below: str = "") -> None:
    """A table of texts, header first; all but the first column and those of words flush right."""
    from rich.table import Table

    widths = [max(map(len, column)) + 2 for column in zip(*lines, strict=True)]
    console = _console(sum(widths))
    header, *body = lines
    table = Table(box=None, pad_edge=False)
    for i, name in enumerate(header):
        left = not i or name in WORDS
        table.add_column(name, justify="left" if left else "right", no_wrap=True)
    for line in body:
        table.add_row(*line)
    console.print(table)
    if below:
        console.print(below, soft_wrap=True)


def print_failures(results: pd.DataFrame) -> None:
    """A line for each model that failed, with its reason; once for the same reason."""
    failed = results[results["status"] == "error"]
    for model, why in dict.fromkeys(zip(failed["model"], failed["reason"], strict=True)):
        _console().print(f"{model} failed: {why}", soft_wrap=True, markup=False)


def print_written(folder: Path, any_result: bool, *tables: str) -> None:
    """What the folder holds; exit code 1 where no model came to a result."""
    names = ["results.csv", *tables, "predictions.csv", "run.json", "report.html"]
    names += ["figures"] if any_result else []
    _console().print(f"written to {folder}/: {', '.join(names)}", soft_wrap=True, markup=False)
    if not any_result:
        sys.exit(1)


def _console(least: int = 0) -> Console:
    """As wide as the terminal or wider: a long line is better than numbers cut off."""
    from rich.console import Console

    return Console(width=max(least, Console().width), highlight=False)
