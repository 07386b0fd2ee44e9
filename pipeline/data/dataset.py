"""A data set: a table of labelled face images, each in one part, read from disk as it lies there.

Folders of classes, CSV files and the built-in faces all become the same frame. Whatever is left
out is counted and named in one line of ``notes``.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from happysad.pipeline.data.class_folders import EXPECTED, read_class_folders, read_source
from happysad.pipeline.data.image_loading import (
    alike,
    opened_rows,
    with_groups,
    with_near_duplicates,
)
from happysad.pipeline.data.records import LABELS, PARTS, ImageRecord, ImageRecords, images
from happysad.pipeline.data.splits import with_parts
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class DataSet:
    """Labelled images and what was found on the way to them.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per image, sorted by path, all columns text: ``path`` (absolute), ``label``
        ("happy" or "sad"), ``split`` ("train", "val" or "test"), ``group`` (images that belong on
        one side of any split: one person, one picture), ``source`` (the data set's name),
        ``sha256`` of the file and ``near_duplicate_of`` (for a val or test image the path of
        its nearest near-duplicate in train, else "").
    name : str
        The name of the folder or of the CSV file, or "demo".
    notes : list of str
        One line for each finding: what was left out, copies, how the parts were made.
    drawn : bool
        Whether all parts were cut here; False where some are official.
    """

    frame: pd.DataFrame
    name: str
    notes: list[str] = field(default_factory=list)
    drawn: bool = False

    @property
    def hash(self) -> str:
        """sha256 of the images' content, labels and parts; file names and order do not count."""
        columns = (self.frame[name] for name in ("sha256", "label", "split"))
        lines = sorted(" ".join(values) for values in zip(*columns, strict=True))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def load_data(
    source: str | Path, *, seed: int = 0, log: Callable[[str], None] | None = None
) -> DataSet:
    """Read a data set of happy and sad faces; every image is opened once to see that it is whole.

    Official parts are kept. A missing val or test part is drawn from train; without any parts
    the images are cut about 70/15/15, stratified by label, with each person and each picture
    (near-duplicates are one picture) on one side only.

    Parameters
    ----------
    source : str or Path
        A folder of class folders (``happy/``, ``sad/``; maybe below ``train/ val/ test/``), a CSV
        file (paths and labels, Kaggle's ``fer2013.csv``, muxspace's ``legend.csv``), a folder
        with one such file, or the word "demo" for the built-in faces (``./demo`` for a folder).
    seed : int
        Of the parts drawn here; the same seed gives the same parts in whatever order files lie.
    log : callable, optional
        Called with each line of the notes, and with a line before long work.

    Raises
    ------
    UserError
        The path is missing or holds no such data, or a class is missing.
    """
    log = log or (lambda line: None)
    listing, where = listed(source, seed)
    _check_labels(listing.rows, where, listing.notes)
    log(f"reading {images(len(listing.rows))} of {listing.name}")
    rows = opened_rows(listing)
    _check_labels(rows, where, listing.notes)
    drawn = not any(row.split for row in rows)
    pairs = alike(rows)
    rows = with_parts(with_groups(rows, listing, pairs), listing, where, seed)
    _check_parts(rows, where)
    rows = with_near_duplicates(rows, listing, pairs)
    for line in listing.notes:
        log(line)
    return DataSet(_frame(rows, listing.name), listing.name, listing.notes, drawn)


def listed(source: str | Path, seed: int = 0) -> tuple[ImageRecords, str]:
    """What a source lists, not yet opened, and how to call it in a sentence."""
    if str(source) == "demo":
        from happysad.pipeline.demo.demo_faces import demo_folder

        listing = read_class_folders(Path(demo_folder(seed=seed)))
        listing.name = "demo"
        return listing, "the built-in data set"
    path = Path(os.path.abspath(Path(source).expanduser()))
    return read_source(path), f"the {'folder' if path.is_dir() else 'table'} {source}"


def part(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows of one part ("train", "val" or "test"), numbered from 0."""
    if name not in PARTS:
        raise UserError(f"there is no part {name!r}: the parts are train, val and test")
    return frame[frame["split"] == name].reset_index(drop=True)


def _frame(rows: list[ImageRecord], name: str) -> pd.DataFrame:
    import pandas as pd

    columns = ["path", "label", "split", "group", "source", "sha256", "near_duplicate_of"]
    values = [
        (str(r.path), r.label, r.split, r.group, name, r.sha256, r.near_duplicate_of) for r in rows
    ]
    return pd.DataFrame(values, columns=pd.Index(columns), dtype="str")


def _check_labels(rows: list[ImageRecord], where: str, notes: list[str]) -> None:
    """UserError unless there are faces of both classes; the last notes say what became of them."""
    found = Counter(row.label for row in rows)
    missing = [label for label in LABELS if not found[label]]
    lost = f" ({'; '.join(notes)})" if notes else ""
    if len(missing) == 2:
        raise UserError(f"{where} holds no happy or sad faces{lost}: {EXPECTED}")
    if missing:
        held = found.most_common(1)[0][0]
        raise UserError(
            f"{where} holds only {held} faces ({images(found[held])}): "
            f"add a folder {missing[0]} beside it, or rows labelled {missing[0]} in a table{lost}"
        )


def _check_parts(rows: list[ImageRecord], where: str) -> None:
    found = Counter((row.split, row.label) for row in rows)
    for name in PARTS:
        held = [label for label in LABELS if found[name, label]]
        if len(held) == 1:
            other = LABELS[1 - LABELS.index(held[0])]
            raise UserError(
                f"the part {name} of {where} holds only {held[0]} faces "
                f"({images(found[name, held[0]])}): add {other} faces to it or take it away"
            )
