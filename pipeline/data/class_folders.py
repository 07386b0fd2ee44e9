"""Find out what a data set on disk is, and list its images: class folders or a table."""

from __future__ import annotations

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
from happysad.utils.image_files import files_below, is_hidden, is_image_name

EXPECTED = (
    "expected are the folders happy and sad, with or without train, val and test around them, "
    "or a CSV file with the columns path and label"
)


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
        records = read_table(tables[0])
        _note_unlisted(records, tables[0])
        return records
    if tables:
        names = ", ".join(table.name for table in tables)
        raise UserError(f"the folder {source} holds several tables of images: give one of {names}")
    names = ", ".join(entry.name for entry in entries[:5])
    raise UserError(f"the folder {source} has no class folders ({names} found): {EXPECTED}")


def _note_unlisted(records: ImageRecords, table: Path) -> None:
    """Note what else lies in the folder of a table."""
    found = files_below(table.parent)
    names = [name for name in records.names(map(str, found.images)) if name not in records.listed]
    records.add_note(names, "image", f"that {table.name} does not list left out")
    others = [str(file) for file in found.others if file != table]
    records.add_note(records.names(others), "non-image file", "left out")


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
            label, images = label_of(entry.name), list(filter(is_image_name, _files(entry)))
            if not entry.is_dir():
                outside += images
                continue
            listed = rows if label else others
            listed += [(str(file), label or entry.name, split, "") for file in images]
    if parts:  # the part folders make up the data set; what lies beside them is no part of it
        beside = [file for entry in _entries(root) if entry not in parts for file in _files(entry)]
        outside += filter(is_image_name, beside)
    records = ImageRecords(root.name, root, records_frame(rows), others=records_frame(others))
    records.add_other_classes(Counter(records.others["label"]))
    outside_names = sorted(records.names(map(str, outside)))
    records.add_note(outside_names, "image", "outside the class folders left out")
    stray = map(str, files_below(root).others)
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
    return [entry for entry in entries if not is_hidden(entry.name)]


def _files(entry: Path) -> list[Path]:
    """The file itself, or the visible files below a folder."""
    if not entry.is_dir():
        return [entry]
    found = files_below(entry)
    return [*found.images, *found.others]
