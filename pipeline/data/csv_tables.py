"""Data sets listed in a CSV file: a manifest of paths, muxspace's legend, Kaggle's pixels."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from happysad.pipeline.data.fer2013_csv import read_pixel_table
from happysad.pipeline.data.records import (
    ImageRecord,
    ImageRecords,
    label_of,
    note,
    other_classes_note,
    part_of,
)
from happysad.utils.errors import UserError

_COLUMNS = {
    "path": ("path", "image", "file", "filename"),
    "label": ("label", "emotion", "class"),
    "split": ("split", "usage"),
    "group": ("group", "person", "subject"),
}


def is_data_table(file: Path) -> bool:
    """Whether a file is a CSV file with the columns of one of the known layouts."""
    if file.suffix.lower() != ".csv" or not file.is_file():
        return False
    try:
        names = set(_header(file)[0])
    except UserError:
        return False
    return {"emotion", "pixels"} <= names or bool(
        names.intersection(_COLUMNS["path"]) and names.intersection(_COLUMNS["label"])
    )


def read_table(file: Path) -> ImageRecords:
    """List the images of a CSV file.

    Three layouts are told apart by their header (letter case and blanks do not count): columns
    ``emotion, pixels[, Usage]`` are Kaggle's ``fer2013.csv`` or ``icml_face_data.csv``;
    ``user.id, image, emotion`` are muxspace's ``legend.csv``; all else is a manifest with a
    column of paths relative to the file's folder, one of labels, and maybe ``split``, ``group``.

    Raises
    ------
    UserError
        Not a CSV file, columns missing, a split that is none.
    """
    names, separator = _header(file)
    if {"emotion", "pixels"} <= set(names):
        return read_pixel_table(file, names)
    used = {key: next((n for n in known if n in names), "") for key, known in _COLUMNS.items()}
    if not used["path"] or not used["label"]:
        raise UserError(
            f"the table {file} needs a column path and a column label, "
            f"but its first line is: {', '.join(names)[:200]}"
        )
    table = _load(file, names, separator)
    if {"user.id", "image", "emotion"} <= set(names):
        return _read_muxspace(file, table["image"], table["emotion"])
    listing = ImageRecords(file.stem, file.parent)
    empty = [""] * len(table[used["path"]])
    columns = {key: table[name] if name else empty for key, name in used.items()}
    splits = [_split(file, number, text) for number, text in enumerate(columns["split"], 2)]
    # Paths written on Windows are read on any machine.
    paths = [file.parent / text.strip().replace("\\", "/") for text in columns["path"]]
    groups = [text.strip() for text in columns["group"]]
    _add(listing, zip(paths, columns["label"], splits, groups, strict=True))
    return listing


def person_of(name: str) -> str:
    """The person in a muxspace or LFW file name: ``Tony_Blair_0001.jpg`` shows Tony_Blair."""
    return re.sub(r"_\d+$", "", Path(name.strip()).stem)


def _read_muxspace(file: Path, names: list[str], labels: list[str]) -> ImageRecords:
    listing = ImageRecords(file.parent.name, file.parent)
    paths = [file.parent / "images" / name.strip() for name in names]
    people = [person_of(name) for name in names]
    _add(listing, zip(paths, labels, [""] * len(names), people, strict=True))
    return listing


def _add(listing: ImageRecords, lines: Iterable[tuple[Path, str, str, str]]) -> None:
    """Sort a table's lines into rows and notes: other classes, repeats, doubts, missing files."""
    others: Counter[str] = Counter()
    rows: dict[Path, list[ImageRecord]] = {}
    for path, label, split, group in lines:
        if label_of(label):
            rows.setdefault(path, []).append(ImageRecord(path, label_of(label), split, group))
        else:
            others[label.strip().lower() or "no label"] += 1
    doubtful = [path for path, same in rows.items() if len({row.label for row in same}) > 1]
    repeated = [path for path in rows if len(rows[path]) > 1 and path not in doubtful]
    missing = [path for path in rows if path not in doubtful and not path.is_file()]
    left_out = {*doubtful, *missing}
    listing.rows += [same[0] for path, same in rows.items() if path not in left_out]
    listing.notes += other_classes_note(others)
    for paths, one, many in (
        (repeated, "image is listed twice and kept once", "images are listed twice and kept once"),
        (doubtful, "image with both labels left out", "images with both labels left out"),
        (missing, "listed file that does not exist left out",
         "listed files that do not exist left out"),
    ):  # fmt: skip
        if paths:
            listing.notes.append(note([listing.short(path) for path in paths], one, many))


def _split(file: Path, line: int, text: str) -> str:
    if text.strip() and not part_of(text):
        raise UserError(
            f"the table {file} names the part {text!r} in line {line}: write train, val or test"
        )
    return part_of(text)


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


def _load(file: Path, names: list[str], separator: str) -> dict[str, list[str]]:
    """The columns of a table by name, as text; short lines are filled up, blank ones skipped."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            lines = [line for line in csv.reader(text, delimiter=separator) if line][1:]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"cannot read the table {file}: {error}") from None
    for number, line in enumerate(lines, 2):
        if len(line) > len(names):
            raise UserError(
                f"cannot read the table {file}: line {number} has {len(line)} fields, "
                f"but the first line names {len(names)} columns"
            )
        line += [""] * (len(names) - len(line))
    return {name: [line[column] for line in lines] for column, name in enumerate(names)}
