"""Kaggle's ``fer2013.csv``: pixels written as text, turned into image files once."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.data.records import LABELS, ImageRecords, label_of, part_of, records_frame
from happysad.utils.atomic_files import atomic_write
from happysad.utils.errors import UserError

_EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
_FORMAT = 2  # counted up when the files or the index change, so that old folders are left alone


def read_pixel_table(file: Path, lines: Iterable[tuple[int, dict[Any, Any]]]) -> ImageRecords:
    """List the images of ``fer2013.csv`` or ``icml_face_data.csv``, given its numbered lines.

    The happy and sad ones, and all of the training part, are written as PNG files to a folder of
    the cache named after the table's sha256, which is reused as long as every file is as written.
    """
    from happysad.utils.feature_cache import cache_dir

    try:
        with file.open("rb") as table:
            digest = hashlib.file_digest(table, "sha256").hexdigest()
        folder = cache_dir() / "pixel_tables" / f"{digest[:32]}-{_FORMAT}"
        index = _read_index(folder) or _write_images(lines, folder)
    except OSError as error:
        raise UserError(f"cannot turn the pixels of {file} into image files: {error}") from None
    rows = [(str(folder / name), label, split, "") for name, label, split, _ in index["rows"]]
    frame = records_frame(rows)
    asked = frame["label"].isin(LABELS)
    own, others = (frame[some].reset_index(drop=True) for some in (asked, ~asked))
    records = ImageRecords(file.stem, folder, own, others=others)
    records.add_other_classes(Counter(index["others"]))
    records.add_note(index["bad"], "unreadable row", "left out")
    return records


def _read_index(folder: Path) -> dict[str, Any] | None:
    """The index of a folder of images; None if there is none or any file is not as written."""
    try:
        index: dict[str, Any] = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        for name, _, _, digest in index["rows"]:
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
                return None
        return index
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_images(lines: Iterable[tuple[int, dict[Any, Any]]], folder: Path) -> dict[str, Any]:
    """Write each happy and sad image, those of other classes in train, and at last the index."""
    from PIL import Image

    rows: list[tuple[str, str, str, str]] = []
    others: Counter[str] = Counter()
    bad: list[str] = []
    for number, line in lines:
        emotion, usage = line["emotion"].strip(), line.get("usage", "").strip()
        name = _EMOTIONS[int(emotion)] if emotion in set("0123456") else emotion.lower()
        label, split = label_of(name), part_of(usage)
        if not label:
            others[name or "no label"] += 1
            if split != "train":
                continue
        try:
            pixels = _square(line["pixels"])
            if usage and not split:
                raise ValueError(f"Usage is {usage}")
        except ValueError as error:
            if label:
                bad.append(f"line {number} ({error})")
            continue
        path = folder / f"{split or 'all'}_{label or 'other'}_{number:06d}.png"
        with atomic_write(path) as temporary:
            Image.fromarray(pixels).save(temporary)
        rows.append(
            (path.name, label or name, split, hashlib.sha256(path.read_bytes()).hexdigest())
        )
    index = {"rows": rows, "others": others, "bad": bad}
    with atomic_write(folder / "index.json") as temporary:
        temporary.write_text(json.dumps(index), encoding="utf-8")
    return index


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
