"""Kaggle's ``fer2013.csv``: pixels written as text, turned into image files once."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.data.records import (
    ImageRecord,
    ImageRecords,
    label_of,
    note,
    other_classes_note,
    part_of,
)
from happysad.utils.errors import UserError

_EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
_FORMAT = 1  # counted up when the files or the index change, so that old folders are left alone


def read_pixel_table(file: Path, names: list[str]) -> ImageRecords:
    """List the images of ``fer2013.csv`` or ``icml_face_data.csv``.

    The happy (3) and sad (4) rows are written as grey PNG files below the cache folder, in a
    folder named after the table's sha256. A second call reuses it if every file is as written.

    Parameters
    ----------
    file : Path
    names : list of str
        The columns in order, trimmed and in lower case: ``emotion``, ``pixels``, maybe ``usage``.

    Raises
    ------
    UserError
        The table cannot be read, or the files cannot be written.
    """
    from happysad.utils.feature_cache import cache_dir

    try:
        with file.open("rb") as table:
            digest = hashlib.file_digest(table, "sha256").hexdigest()
        folder = cache_dir() / "pixel_tables" / f"{digest[:32]}-{_FORMAT}"
        index = _read_index(folder) or _unpack(file, names, folder)
    except OSError as error:
        raise UserError(f"cannot turn the pixels of {file} into image files: {error}") from None
    listing = ImageRecords(file.stem, folder)
    listing.rows += [
        ImageRecord(folder / name, label, split) for name, label, split, _ in index["rows"]
    ]
    listing.notes += other_classes_note(Counter(index["others"]))
    if index["bad"]:
        texts = ("row cannot be read and is left out", "rows cannot be read and are left out")
        listing.notes.append(note(index["bad"], *texts))
    return listing


def _read_index(folder: Path) -> dict[str, Any] | None:
    """The index of an unpacked table; None if there is none or any file is not as written."""
    try:
        index: dict[str, Any] = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        for name, _, _, digest in index["rows"]:
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
                return None
        return index if index["complete"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _unpack(file: Path, names: list[str], folder: Path) -> dict[str, Any]:
    """Write the files and their index beside, then rename the whole folder into place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".new-"))
    try:
        index = _write_images(file, names, beside)
        (beside / "index.json").write_text(json.dumps(index), encoding="utf-8")
        if folder.exists():
            # A folder cannot be replaced in one step unless it is empty: move the damaged one away.
            os.rename(folder, f"{beside}-damaged")
        os.rename(beside, folder)
    except OSError:
        # Another process may have been faster with the same table.
        theirs = _read_index(folder)
        if theirs is None:
            raise
        return theirs
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(f"{beside}-damaged", ignore_errors=True)
    return index


def _write_images(file: Path, names: list[str], folder: Path) -> dict[str, Any]:
    from PIL import Image

    rows: list[tuple[str, str, str, str]] = []
    others: Counter[str] = Counter()
    bad: list[str] = []
    for number, line in _lines(file, names):
        emotion = line["emotion"].strip()
        name = _EMOTIONS[int(emotion)] if emotion in set("0123456") else emotion.lower()
        label, split = label_of(name), part_of(line.get("usage", ""))
        if not label:
            others[name or "no label"] += 1
            continue
        try:
            pixels = _square(line["pixels"])
            if line.get("usage", "").strip() and not split:
                raise ValueError(f"Usage is {line['usage'].strip()}")
        except ValueError as error:
            bad.append(f"line {number} ({error})")
            continue
        path = folder / f"{split or 'all'}_{label}_{number:06d}.png"
        Image.fromarray(pixels).save(path)
        rows.append((path.name, label, split, hashlib.sha256(path.read_bytes()).hexdigest()))
    return {"rows": rows, "others": others, "bad": bad, "complete": True}


def _lines(file: Path, names: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # a 256x256 image passes the default
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text)
            next(reader)
            for line in reader:
                if line:
                    fields = line + [""] * (len(names) - len(line))
                    yield reader.line_num, dict(zip(names, fields, strict=False))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"cannot read the table {file}: {error}") from None


def _square(text: str) -> NDArray[np.uint8]:
    """The ``(S, S)`` uint8 image written as S * S numbers; ValueError says what is wrong."""
    try:
        values = np.array(text.split(), dtype=np.int64)
    except (ValueError, OverflowError):
        raise ValueError("not all pixels are numbers") from None
    side = round(len(values) ** 0.5)
    if not side or side * side != len(values):
        raise ValueError(f"{len(values)} pixels make no square")
    if values.min() < 0 or values.max() > 255:
        raise ValueError("pixels beyond 0 to 255")
    return values.astype(np.uint8).reshape(side, side)
