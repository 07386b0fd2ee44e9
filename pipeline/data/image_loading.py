"""Open the images of a data set: are they whole, and which of them show the same?"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.data.records import ImageRecord, ImageRecords, note
from happysad.pipeline.duplicates.connected_components import connected_groups
from happysad.pipeline.duplicates.ecc_alignment import SIDE, Match, thumbnail
from happysad.pipeline.duplicates.near_duplicates import (
    EQUAL,
    Pair,
    near_duplicates,
    without_chains,
)
from happysad.utils.image_decoding import ImageError, image_digest, read_image, to_gray


def opened_rows(listing: ImageRecords) -> list[ImageRecord]:
    """Open every file of a listing and fill in ``sha256`` and ``looks``.

    Files that cannot be read, and pictures of which there are exact copies with the other label,
    are left out and noted.

    Returns
    -------
    list of ImageRecord, sorted by path
    """
    good, lost = open_all(listing.rows)
    failed = [f"{listing.short(row.path)} ({reason})" for row, reason in lost]
    labels = defaultdict(set)
    for row in good:
        labels[row.sha256].add(row.label)
    torn = [listing.short(row.path) for row in good if len(labels[row.sha256]) > 1]
    if failed:
        texts = "image cannot be read and is left out", "images cannot be read and are left out"
        listing.notes.append(note(failed, *texts))
    if torn:
        text = "left out because an exact copy has the other label"
        listing.notes.append(note(torn, f"image {text}", f"images {text}"))
    return [row for row in good if len(labels[row.sha256]) == 1]


def open_all(
    rows: Sequence[ImageRecord],
) -> tuple[list[ImageRecord], list[tuple[ImageRecord, str]]]:
    """Open every file: the rows with ``sha256`` and ``looks``, and those that fail, with why.

    Returns
    -------
    list of ImageRecord, list of (ImageRecord, str)
        Both sorted by path.
    """
    rows = sorted(rows, key=lambda row: str(row.path))
    # Decoding releases the GIL; threads beyond the cores only hold more images in memory.
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as threads:
        results = list(threads.map(_opened, rows))
    failed = [
        (row, _reason(result, row.path))
        for row, result in zip(rows, results, strict=True)
        if isinstance(result, ImageError)
    ]
    return [result for result in results if isinstance(result, ImageRecord)], failed


def alike(rows: Sequence[ImageRecord]) -> list[Pair]:
    """The near-duplicates among opened rows, exact copies included, by their positions."""
    # A blank image is a near-duplicate of nothing, but can still have exact copies.
    pairs = near_duplicates([_thumbnail(row) for row in rows])
    blank: dict[str, int] = {}
    for n, row in enumerate(rows):
        if row.looks is None and (first := blank.setdefault(row.sha256, n)) != n:
            pairs.append(Pair(first, n, EQUAL))
    return pairs


def with_groups(
    rows: list[ImageRecord], listing: ImageRecords, pairs: Sequence[Pair]
) -> list[ImageRecord]:
    """Fill in ``group``: images that share a given group, or are near-duplicates, are one group.

    Parameters
    ----------
    pairs : sequence of Pair
        As ``alike`` finds them in the same rows.
    """
    joint: list[list[Hashable]] = [
        [("group", row.group) if row.group else None, row.sha256] for row in rows
    ]
    kept = without_chains(pairs, len(rows))
    for number, pair in enumerate(kept):
        joint[pair.first].append(number)
        joint[pair.second].append(number)
    if loose := len(pairs) - len(kept):
        text = "near-duplicates not kept together, as they would join very many images"
        listing.notes.append(f"{loose:,} {'pair' if loose == 1 else 'pairs'} of {text}")
    numbers = connected_groups(joint)
    given: dict[int, set[str]] = defaultdict(set)
    contents: dict[int, set[str]] = defaultdict(set)
    for number, row in zip(numbers, rows, strict=True):
        given[number] |= {row.group} - {""}
        contents[number].add(row.sha256)
    joined = sorted(" + ".join(sorted(names)) for names in given.values() if len(names) > 1)
    if joined:
        text = "that share a picture kept together"
        listing.notes.append(note(joined, f"set of groups {text}", f"sets of groups {text}"))
    # Without a given name a group is named by its content: file names must not decide on parts.
    name = {n: min(given[n]) if given[n] else min(contents[n])[:16] for n in contents}
    return [replace(row, group=name[n]) for n, row in zip(numbers, rows, strict=True)]


def with_near_duplicates(
    rows: list[ImageRecord], listing: ImageRecords, pairs: Sequence[Pair]
) -> list[ImageRecord]:
    """Fill in ``near_duplicate_of`` of val and test images: the nearest one in train."""
    nearest: dict[int, tuple[Match, Path]] = {}
    torn = []
    for pair in pairs:
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            leak = rows[one].split != "train" and rows[other].split == "train"
            if leak and (one not in nearest or pair.match > nearest[one][0]):
                nearest[one] = pair.match, rows[other].path
        if rows[pair.first].label != rows[pair.second].label:
            torn += [listing.short(rows[n].path) for n in (pair.first, pair.second)]
    for part in ("val", "test"):
        names = [listing.short(rows[n].path) for n in sorted(nearest) if rows[n].split == part]
        text = "a near-duplicate in train (kept, named in the column near_duplicate_of)"
        if names:
            texts = f"image of {part} has {text}", f"images of {part} have {text}"
            listing.notes.append(note(names, *texts))
    if torn:
        text = "a near-duplicate with the other label (kept)"
        names = sorted(set(torn))
        listing.notes.append(note(names, f"image has {text}", f"images have {text}"))
    return [
        replace(row, near_duplicate_of=str(nearest[n][1])) if n in nearest else row
        for n, row in enumerate(rows)
    ]


def _opened(row: ImageRecord) -> ImageRecord | ImageError:
    try:
        looks = thumbnail(to_gray(read_image(row.path)))
        digest = image_digest(row.path)
        return replace(row, sha256=digest, looks=None if looks is None else looks.tobytes())
    except ImageError as error:
        return error


def _thumbnail(row: ImageRecord) -> NDArray[np.uint8] | None:
    if row.looks is None:
        return None
    return np.frombuffer(row.looks, np.uint8).reshape(SIDE, SIDE)


def _reason(error: ImageError, path: Path) -> str:
    return str(error).removeprefix(f"cannot read the image {path}: ")
