"""Data sets listed in a CSV file: a manifest of paths, muxspace's legend, Kaggle's pixels."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from happysad.pipeline.data.fer2013_csv import read_pixel_table
from happysad.pipeline.data.records import ImageRecords, label_of, part_of, records_frame
from happysad.utils.errors import UserError

_COLUMNS = {
    "path": ("path", "image", "file", "filename"),
    "label": ("label", "emotion", "class"),
    "split": ("split", "usage"),
    "group": ("group", "person", "subject"),
}
_MUXSPACE = {"user.id", "image", "emotion"}
_KAGGLE = {"emotion", "pixels"}
_MAX_FIELD = 2**31 - 1  # characters; the pixels of a 256x256 image pass Python's default


def is_data_table(file: Path) -> bool:
    """Whether a file is a CSV file with the columns of one of the known layouts."""
    if file.suffix.lower() != ".csv" or not file.is_file():
        return False
    try:
        names, _ = _header(file)
    except UserError:
        return False
    columns = _known_columns(names)
    return set(names) >= _KAGGLE or bool(columns["path"] and columns["label"])


def read_table(file: Path) -> ImageRecords:
    """List the images of a CSV file, or UserError: Kaggle's, muxspace's, else a manifest.

    The header tells which (letter case and blanks do not count). Paths of a manifest are relative
    to the file's folder.
    """
    names, separator = _header(file)
    lines = _lines(file, names, separator)
    if set(names) >= _KAGGLE:
        return read_pixel_table(file, lines)
    columns = _known_columns(names)
    if not columns["path"] or not columns["label"]:
        raise UserError(
            f"the table {file} needs a column path and a column label, "
            f"but its first line is: {', '.join(names)[:200]}"
        )
    muxspace = set(names) >= _MUXSPACE
    rows = []
    for number, line in lines:
        if None in line:
            raise UserError(
                f"cannot read the table {file}: line {number} has "
                f"{len(names) + len(line[None])} fields, "
                f"but the first line names {len(names)} columns"
            )
        values = [line[name].strip() if name else "" for name in columns.values()]
        path, label, split, group = values
        if muxspace:
            path, group = f"images/{path}", person_of(path)
        if split and not part_of(split):
            raise UserError(
                f"the table {file} names the part {split!r} in line {number}: "
                "write train, val or test"
            )
        # Paths written on Windows are read on any machine.
        rows.append((str(file.parent / path.replace("\\", "/")), label, part_of(split), group))
    name = file.parent.name if muxspace else file.stem
    return _usable(ImageRecords(name, file.parent, records_frame(rows)))


def person_of(name: str) -> str:
    """The person in a muxspace or LFW file name: ``Tony_Blair_0001.jpg`` shows Tony_Blair."""
    return re.sub(r"_\d+$", "", Path(name.strip()).stem)


def _usable(records: ImageRecords) -> ImageRecords:
    """Leave out other classes, repetitions, contradictions and missing files, each with a note."""
    label = records.frame["label"].map(label_of)
    others = records.frame[label == ""]
    others = others.assign(label=others["label"].str.lower().replace("", "no label"))
    records.listed = frozenset(records.names(map(os.path.normpath, records.frame["path"])))
    records.add_other_classes(Counter(others["label"]))
    records.others = others.drop_duplicates("path", ignore_index=True)
    found = records.frame.assign(label=label)[label != ""]
    both = found.groupby("path")["label"].transform("nunique") > 1
    repeated = found.duplicated("path", keep=False) & ~both
    missing = ~found["path"].map(os.path.isfile).astype(bool) & ~both
    for rows, noun, text in (
        (repeated, "image", "listed more than once and kept once"),
        (both, "image", "with both labels left out"),
        (missing, "listed file", "not found and left out"),
    ):
        records.add_note(records.names(found.loc[rows, "path"].unique()), noun, text)
    records.frame = found[~both & ~missing].drop_duplicates("path", ignore_index=True)
    return records


def _known_columns(names: list[str]) -> dict[str, str]:
    """The column of the table that holds each thing, "" where none does."""
    return {key: next((n for n in known if n in names), "") for key, known in _COLUMNS.items()}


def _header(file: Path) -> tuple[list[str], str]:
    """The column names, trimmed and in lower case, and the separator."""
    try:
        with file.open(encoding="utf-8-sig") as lines:
            first = lines.readline(100_000)
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8 text" if isinstance(error, ValueError) else error.strerror
        raise UserError(f"cannot read the table {file}: {reason}") from None
    separator = max(",;\t", key=first.count)
    names = [name.strip().strip('"').strip().lower() for name in first.split(separator)]
    if not any(names):
        raise UserError(f"cannot read the table {file}: its first line is empty")
    return names, separator


def _lines(file: Path, names: list[str], separator: str) -> Iterator[tuple[int, dict[Any, Any]]]:
    """Number and fields of each line; short lines are filled up, surplus fields are under None."""
    csv.field_size_limit(_MAX_FIELD)
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, names, delimiter=separator, restval="")
            next(reader)
            for line in reader:
                yield reader.line_num, line
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"cannot read the table {file}: {error}") from None
