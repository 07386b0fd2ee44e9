"""Find out what a data set on disk is, and list its images: class folders or a table."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from happysad.pipeline.data.csv_tables import is_data_table, read_table
from happysad.pipeline.data.records import (
    ImageRecords,
    fer2013_parts,
    label_of,
    part_of,
    records_frame,
)
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import IMAGE_SUFFIXES

EXPECTED = (
    "expected are the folders happy and sad, with or without train, val and test around them, "
    "or a CSV file with the columns path and label"
)
_JUNK = {"thumbs.db", "desktop.ini", "__macosx"}


def read_source(source: Path) -> ImageRecords:
    """List the images of a folder or of a CSV file without opening them, or UserError."""
    if not source.exists():
        raise UserError(f"{source} does not exist: give a folder, a CSV file or the word demo")
    if not source.is_dir():
        return read_table(source)
    entries = _entries(source)
    if not entries:
        raise UserError(f"the folder {source} is empty: {EXPECTED}")
    if _parts(source) or _has_classes(entries):
        return read_class_folders(source)
    tables = [file for file in entries if is_data_table(file)]
    if len(tables) == 1:
        return read_table(tables[0])
    if tables:
        names = ", ".join(table.name for table in tables)
        raise UserError(f"the folder {source} holds several tables of images: give one of {names}")
    names = ", ".join(entry.name for entry in entries[:5])
    raise UserError(f"the folder {source} has no class folders ({names} found): {EXPECTED}")


def read_class_folders(root: Path) -> ImageRecords:
    """List ``happy/`` and ``sad/``, to any depth, maybe with ``train/ val/ test/`` around them.

    Where all file names start as FER2013's do, they decide on the part.
    """
    rows: list[tuple[str, str, str, str]] = []
    others: list[tuple[str, str, str, str]] = []
    outside: list[Path] = []
    parts = _parts(root)
    for home, split in (parts or {root: ""}).items():
        for entry in _entries(home):
            label, images = label_of(entry.name), list(filter(_is_image, _files(entry)))
            if not entry.is_dir():
                outside += images
                continue
            listed = rows if label else others
            listed += [(str(file), label or entry.name, split, "") for file in images]
    if parts:  # the part folders make up the data set; what lies beside them is no part of it
        beside = [file for entry in _entries(root) if entry not in parts for file in _files(entry)]
        outside += filter(_is_image, beside)
    records = ImageRecords(root.name, root, records_frame(rows), others=records_frame(others))
    records.add_other_classes(Counter(records.others["label"]))
    outside_names = sorted(records.names(map(str, outside)))
    records.add_note(outside_names, "image", "outside the class folders left out")
    stray = [str(file) for file in _files(root) if not _is_image(file)]
    records.add_note(sorted(records.names(stray)), "non-image file", "left out")
    splits, others_splits = (
        fer2013_parts([Path(path) for path in frame["path"]])
        for frame in (records.frame, records.others)
    )
    if splits and splits != records.frame["split"].tolist():
        records.frame["split"] = splits
        records.others["split"] = others_splits or records.others["split"]
        records.notes.append(
            "the parts are those of FER2013's file names: "
            "Training is train, PublicTest is val, PrivateTest is test"
        )
    return records


def _parts(root: Path) -> dict[Path, str]:
    """The folders of ``root`` named after a part that hold a class folder, with the part."""
    named = {folder: part_of(folder.name) for folder in _entries(root) if folder.is_dir()}
    return {
        folder: part for folder, part in named.items() if part and _has_classes(_entries(folder))
    }


def _has_classes(entries: list[Path]) -> bool:
    return any(entry.is_dir() and label_of(entry.name) for entry in entries)


def _entries(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise UserError(f"cannot read the folder {folder}: {error.strerror}") from None
    return [entry for entry in entries if not _is_hidden(entry.name)]


def _files(entry: Path) -> list[Path]:
    """The visible files at or below ``entry``, in order; links are followed, loops are not."""
    if not entry.is_dir():
        return [entry]
    found: list[Path] = []
    seen: set[str] = set()
    for folder, folders, files in os.walk(entry, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:  # by a link that leads back up
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        found += [Path(folder, name) for name in sorted(files) if not _is_hidden(name)]
    return found


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.casefold() in _JUNK


def _is_image(file: Path) -> bool:
    return file.suffix.lower() in IMAGE_SUFFIXES
