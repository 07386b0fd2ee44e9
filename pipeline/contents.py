"""Open the images of a data set: are they whole, and which of them show the same?"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from happysad.features.images import ImageError, image_digest, read_image, to_gray
from happysad.pipeline.listing import Listing, Row, note


def opened_rows(listing: Listing) -> list[Row]:
    """Open every file of a listing and fill in ``sha256`` and ``looks``.

    Files that cannot be read, and pictures of which there are exact copies with the other label,
    are left out and noted.

    Returns
    -------
    list of Row, sorted by path
    """
    rows = sorted(listing.rows, key=lambda row: str(row.path))
    # Decoding releases the GIL; threads beyond the cores only hold more images in memory.
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as threads:
        results = list(threads.map(_opened, rows))
    failed = [
        f"{listing.short(row.path)} ({_reason(result, row.path)})"
        for row, result in zip(rows, results, strict=True)
        if isinstance(result, ImageError)
    ]
    good = [result for result in results if isinstance(result, Row)]
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


def with_groups(rows: list[Row], listing: Listing) -> list[Row]:
    """Fill in ``group``: images that share a given group, a content or the looks are one group."""
    numbers = connected_groups(
        [("group", row.group) if row.group else None, row.sha256, row.looks] for row in rows
    )
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


def connected_groups(keys: Iterable[Sequence[Hashable]]) -> list[int]:
    """Number the groups of items that share a key, directly or through others.

    Parameters
    ----------
    keys : iterable of sequences
        The keys of each item, such as its person and its content; None is no key.

    Returns
    -------
    list of int
        For each item the index of the first item of its group.
    """
    parent: list[int] = []
    first_with: dict[Hashable, int] = {}

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for item, own in enumerate(keys):
        parent.append(item)
        for key in own:
            if key is not None:
                one, two = root(first_with.setdefault(key, item)), root(item)
                parent[max(one, two)] = min(one, two)
    return [root(item) for item in range(len(parent))]


def difference_hash(gray: NDArray[np.uint8]) -> bytes | None:
    """Which of two neighbours is lighter, on 8 x 8 places across and down: a hash of the looks.

    Equal hashes are the same picture saved again. One direction alone is not enough for faces:
    among muxspace's 2,920 aligned ones it takes two different people for one picture.

    Parameters
    ----------
    gray : (H, W) uint8

    Returns
    -------
    16 bytes, or None for a blank image or a plain gradient: those look like too many others.

    Notes
    -----
    N. Krawetz, "Kind of Like That", The Hacker Factor Blog, 2013.
    """
    import cv2

    wide = cv2.resize(gray, (9, 8), interpolation=cv2.INTER_AREA)
    tall = cv2.resize(gray, (8, 9), interpolation=cv2.INTER_AREA)
    across, down = wide[:, 1:] > wide[:, :-1], tall[1:] > tall[:-1]
    if across.all() or down.all() or not (across.any() and down.any()):
        return None
    return np.packbits([across, down]).tobytes()


def _opened(row: Row) -> Row | ImageError:
    try:
        looks = difference_hash(to_gray(read_image(row.path)))
        return replace(row, sha256=image_digest(row.path), looks=looks)
    except ImageError as error:
        return error


def _reason(error: ImageError, path: Path) -> str:
    return str(error).removeprefix(f"cannot read the image {path}: ")
