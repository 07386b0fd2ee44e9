"""Find out what a data set on disk is, and list its images: class folders or a table."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from happysad.pipeline.data.csv_tables import is_data_table, read_table
from happysad.pipeline.data.records import (
    ImageRecord,
    ImageRecords,
    fer2013_parts,
    label_of,
    note,
    other_classes_note,
    part_of,
)
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import IMAGE_SUFFIXES

EXPECTED = (
    "expected are the folders happy and sad, with or without train, val and test around them, "
    "or a CSV file with the columns path and label"
)
_JUNK = {"thumbs.db", "desktop.ini", "__macosx"}


def read_source(source: Path) -> ImageRecords:
    """List the images of a folder or of a CSV file, without opening them.

    Raises
    ------
    UserError
        Nothing there, an empty folder, no class folders, a table that cannot be used.
    """
    if not source.exists():
        raise UserError(f"{source} does not exist: give a folder, a CSV file or the word demo")
    if not source.is_dir():
        return read_table(source)
    inside = _visible(source)
    if not inside:
        raise UserError(f"the folder {source} is empty: {EXPECTED}")
    if _parts(source) or any(label_of(folder.name) for folder in inside if folder.is_dir()):
        return read_class_folders(source)
    tables = [file for file in inside if is_data_table(file)]
    if len(tables) == 1:
        return read_table(tables[0])
    if tables:
        names = ", ".join(table.name for table in tables)
        raise UserError(f"the folder {source} holds several tables of images: give one of {names}")
    names = ", ".join(entry.name for entry in inside[:5])
    raise UserError(f"the folder {source} has no class folders ({names} found): {EXPECTED}")


def read_class_folders(root: Path) -> ImageRecords:
    """List ``happy/`` and ``sad/`` folders, with or without ``train/ val/ test/`` around them.

    Class folders are read to any depth. Where each file name starts with ``Training_``,
    ``PublicTest_`` or ``PrivateTest_`` (FER2013), the names decide on the part.
    """
    listing = ImageRecords(root.name, root)
    parts = _parts(root)
    others: Counter[str] = Counter()
    outside: list[Path] = []
    for home, split in parts.items() or {root: ""}.items():
        for entry in _visible(home):
            label = label_of(entry.name)
            files = list(_files(entry))
            if entry.is_dir() and label:
                listing.rows += [
                    ImageRecord(file, label, split) for file in files if _is_image(file)
                ]
            elif entry.is_dir():
                others[entry.name] += sum(map(_is_image, files))
            else:
                outside += filter(_is_image, files)
    if parts:  # the part folders make up the data set; what lies beside them is no part of it
        beside = [file for entry in _visible(root) if entry not in parts for file in _files(entry)]
        outside += filter(_is_image, beside)
    listing.notes += other_classes_note(+others)
    listing.notes += _leftover_notes(listing, outside)
    _use_fer2013_names(listing)
    return listing


def _leftover_notes(listing: ImageRecords, outside: list[Path]) -> list[str]:
    stray = [file for file in _files(listing.root) if not _is_image(file)]
    said = (
        (outside, "image outside the class folders", "images outside the class folders"),
        (stray, "file that is no image", "files that are no images"),
    )
    return [
        note(sorted(map(listing.short, files)), f"{one} left out", f"{many} left out")
        for files, one, many in said
        if files
    ]


def _use_fer2013_names(listing: ImageRecords) -> None:
    splits = fer2013_parts([row.path for row in listing.rows])
    if splits and splits != [row.split for row in listing.rows]:
        listing.rows = [
            replace(row, split=split) for row, split in zip(listing.rows, splits, strict=True)
        ]
        listing.notes.append(
            "the file names tell FER2013's parts and decide: "
            "Training is train, PublicTest is val, PrivateTest is test"
        )


def _parts(root: Path) -> dict[Path, str]:
    """The folders of ``root`` named after a part that hold a class folder, with the part."""
    found = {}
    for folder in _visible(root):
        inside = _visible(folder) if folder.is_dir() and part_of(folder.name) else []
        if any(entry.is_dir() and label_of(entry.name) for entry in inside):
            found[folder] = part_of(folder.name)
    return found


def _visible(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise UserError(f"cannot read the folder {folder}: {error.strerror}") from None
    return [entry for entry in entries if not _is_hidden(entry.name)]


def _files(entry: Path) -> Iterator[Path]:
    """The visible files at or below ``entry``, in order; links are followed, loops are not."""
    if not entry.is_dir():
        yield entry
        return
    seen: set[str] = set()
    for folder, folders, files in os.walk(entry, followlinks=True):
        real = os.path.realpath(folder)
        # A link that leads back up would be walked for ever.
        folders[:] = [] if real in seen else sorted(f for f in folders if not _is_hidden(f))
        if real not in seen:
            yield from (Path(folder, name) for name in sorted(files) if not _is_hidden(name))
        seen.add(real)


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.casefold() in _JUNK


def _is_image(file: Path) -> bool:
    return file.suffix.lower() in IMAGE_SUFFIXES
