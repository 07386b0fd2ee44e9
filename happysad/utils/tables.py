"""Tables of texts: on the screen, in Markdown, and which of their columns hold numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import east_asian_width

_NUMBER = re.compile(r"never|-|[-+<]?\s?\d[\d.,%]*(, [\d.]+| [\[(].*| (to|of) [\d.,]+)?")


def numeric_columns(lines: Sequence[Sequence[str]]) -> list[bool]:
    """For each column of a table, header first, whether all its cells are numbers or empty.

    A number may have its interval or its total behind it: ``0.936 [0.923, 0.948]``, ``3 of 40``.
    """
    header, *body = lines
    columns = [[line[i] for line in body if i < len(line)] for i in range(len(header))]
    return [
        any(cells) and all(_NUMBER.fullmatch(cell) for cell in cells if cell) for cells in columns
    ]


def print_table(lines: Sequence[Sequence[str]], below: str = "") -> None:
    """Print a header and rows, columns of numbers flush right, and a line ``below`` them.

    The last cell of a row shorter than the header is free text: it widens no column. Without
    rich, which is slow to import and breaks long lines.
    """
    full = len(lines[0])
    cells = [line if len(line) == full else line[:-1] for line in lines]
    widths = [max(_width(line[i]) for line in cells if i < len(line)) for i in range(full)]
    right = [i > 0 and number for i, number in enumerate(numeric_columns(cells))]
    for line in lines:
        padding = [" " * (widths[i] - _width(cell)) for i, cell in enumerate(line)]
        shown = [
            gap + cell if right[i] else cell + gap
            for i, (cell, gap) in enumerate(zip(line, padding, strict=True))
        ]
        print("  ".join(shown).rstrip())
    if below:
        print(below)


def _width(text: str) -> int:
    """Columns of a terminal: Chinese letters, for one, take two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def markdown(lines: Sequence[Sequence[str]]) -> str:
    """A table, header first, as Markdown: the first column to the left, the others to the right."""
    header, *body = lines
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [header, rule, *body])
