"""A data set: a table of labelled face images, each in one part, read from disk as it lies there.

Folders of classes, CSV files and the built-in faces all become the same frame. Whatever is left
out is counted and named in one line of ``notes``.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from happysad.pipeline.data.class_folders import EXPECTED, read_class_folders, read_source
from happysad.pipeline.data.records import LABELS, PARTS, ImageRecords, images
from happysad.pipeline.data.splits import with_parts
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ["path", "label", "split", "group", "source", "sha256", "near_duplicate_of"]


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
        its nearest near-duplicate in train, else in the other classes of an official train part,
        whose images are no rows here, else "").
    name : str
        The name of the folder or of the CSV file, or "demo".
    notes : list of str
        One line for each finding: what was left out, copies, how the parts were made.
    drawn : bool
        Whether all parts were drawn here; False where some are official.

    Examples
    --------
    >>> from happysad.pipeline.demo import demo_folder
    >>> data = load_data(demo_folder(n_samples=20))
    >>> len(data.frame), data.notes, data.drawn
    (20, [], False)
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

    Examples
    --------
    >>> from happysad.pipeline.demo import demo_folder
    >>> data = load_data(demo_folder(n_samples=20))
    >>> data.frame["split"].value_counts().to_dict()
    {'train': 12, 'test': 5, 'val': 3}
    """
    from happysad.pipeline.data import image_loading as loading  # loads pandas and OpenCV
    from happysad.pipeline.data import other_classes

    log = log or (lambda line: None)
    records, where = list_images(source, seed)
    _check_labels(records.frame, where, records.notes)
    log(f"reading {images(len(records.frame))} of {records.name}")
    frame = loading.load_images(records)
    _check_labels(frame, where, records.notes)
    drawn = not frame["split"].any()
    pairs = loading.duplicate_pairs(frame)
    frame = with_parts(loading.with_groups(frame, records, pairs), records, where, seed)
    _check_parts(frame, where)
    frame = loading.with_near_duplicates(frame, records, pairs).assign(source=records.name)
    others = other_classes.open_others(records, frame)
    if len(others):
        log(
            f"looking for val and test images among {images(len(others))} of other classes in train"
        )
        frame = other_classes.with_other_classes(frame, records, others)
    for line in records.notes:
        log(line)
    return DataSet(frame[_COLUMNS].astype("str"), records.name, records.notes, drawn)


def list_images(source: str | Path, seed: int = 0) -> tuple[ImageRecords, str]:
    """The images of a source of ``load_data``, not yet opened, and how to call it in a sentence."""
    if str(source) == "demo":
        from happysad.pipeline.demo.demo_faces import demo_folder

        records = read_class_folders(Path(demo_folder(seed=seed)))
        records.name = "demo"
        return records, "the built-in data set"
    path = Path(os.path.abspath(Path(source).expanduser()))
    return read_source(path), f"the {'folder' if path.is_dir() else 'table'} {source}"


def part(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows of one part ("train", "val" or "test") of a ``DataSet.frame``, numbered from 0.

    Examples
    --------
    >>> from happysad.pipeline.demo import demo_folder
    >>> data = load_data(demo_folder(n_samples=20))
    >>> part(data.frame, "val")["label"].tolist()
    ['happy', 'happy', 'sad']
    """
    if name not in PARTS:
        raise UserError(f"there is no part {name!r}: the parts are train, val and test")
    return frame[frame["split"] == name].reset_index(drop=True)


def _check_labels(frame: pd.DataFrame, where: str, notes: list[str]) -> None:
    """UserError unless there are faces of both classes; the notes say what became of them."""
    found = [label for label in LABELS if (frame["label"] == label).any()]
    lost = f" ({'; '.join(notes)})" if notes else ""
    if not found:
        raise UserError(f"{where} holds no happy or sad faces{lost}: {EXPECTED}")
    if len(found) == 1:
        other = _other(found[0])
        raise UserError(
            f"{where} holds only {found[0]} faces ({images(len(frame))}): "
            f"add a folder {other} beside it, or rows labelled {other} in a table{lost}"
        )


def _check_parts(frame: pd.DataFrame, where: str) -> None:
    for name, rows in frame.groupby("split"):
        if rows["label"].nunique() == 1:
            label = rows["label"].iloc[0]
            raise UserError(
                f"the part {name} of {where} holds only {label} faces "
                f"({images(len(rows))}): add {_other(label)} faces to it or take it away"
            )


def _other(label: str) -> str:
    return LABELS[1 - LABELS.index(label)]
