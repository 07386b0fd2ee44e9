"""Open the images of a data set: which are whole, and which show the same picture?"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from happysad.pipeline.data.records import ImageRecords
from happysad.pipeline.duplicates.ecc_alignment import thumbnail
from happysad.pipeline.duplicates.near_duplicates import (
    EQUAL,
    Pair,
    component_labels,
    find_near_duplicates,
    without_chains,
)
from happysad.utils.image_decoding import ImageError, image_digest, read_image, to_gray


def open_images(frame: pd.DataFrame) -> pd.DataFrame:
    """Open every file of a ``records_frame``, sorted by path; three columns are added.

    ``sha256``, ``thumbnail`` ((48, 48) uint8, None if blank) and ``error`` ("" where it is read).
    """
    frame = frame.sort_values("path", ignore_index=True)
    # Decoding releases the GIL; threads beyond the cores only hold more images in memory.
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as threads:
        opened = list(threads.map(_open, frame["path"]))
    for number, column in enumerate(("sha256", "thumbnail", "error")):
        values = [one[number] for one in opened]
        frame[column] = pd.Series(values, dtype=object if column == "thumbnail" else "str")
    return frame


def load_images(records: ImageRecords) -> pd.DataFrame:
    """``open_images`` but for files that fail and exact copies of the other label, all noted."""
    opened = open_images(records.frame)
    records.add_note(unreadable_names(records, opened), "unreadable image", "left out")
    whole = opened[opened["error"] == ""]
    both = whole.groupby("sha256")["label"].transform("nunique") > 1
    names = records.names(whole.loc[both, "path"])
    records.add_note(names, "image", "left out because an exact copy has the other label")
    return whole[~both].reset_index(drop=True)


def unreadable_names(records: ImageRecords, opened: pd.DataFrame) -> list[str]:
    """The files of ``open_images`` that are no images or damaged, each with the reason."""
    failed = opened[opened["error"] != ""]
    reasons = zip(records.names(failed["path"]), failed["error"], strict=True)
    return [f"{name} ({reason})" for name, reason in reasons]


def duplicate_pairs(frame: pd.DataFrame) -> list[Pair]:
    """The near-duplicates among opened images, exact copies included, by their positions."""
    pairs = find_near_duplicates(frame["thumbnail"].tolist())
    # A blank image is a near-duplicate of nothing, but can still have exact copies.
    first: dict[str, int] = {}
    for n, (digest, image) in enumerate(zip(frame["sha256"], frame["thumbnail"], strict=True)):
        if image is None and first.setdefault(digest, n) != n:
            pairs.append(Pair(first[digest], n, EQUAL))
    return pairs


def with_groups(frame: pd.DataFrame, records: ImageRecords, pairs: list[Pair]) -> pd.DataFrame:
    """Fill in ``group``: images that share a given group, or are near-duplicates, are one group."""
    kept = without_chains(pairs, len(frame))
    if loose := len(pairs) - len(kept):
        text = "near-duplicates not kept together, as they would join very many images"
        records.notes.append(f"{loose:,} pair{'' if loose == 1 else 's'} of {text}")
    edges = [(pair.first, pair.second) for pair in kept]
    for column in ("group", "sha256"):
        first: dict[str, int] = {}
        edges += [(first.setdefault(value, n), n) for n, value in enumerate(frame[column]) if value]
    component = component_labels(len(frame), edges)
    # Without a given name a group is named by its content: file names must not decide on parts.
    name = frame["sha256"].str[:16].groupby(component).min()
    named = frame["group"] != ""
    given = frame["group"][named].groupby(component[named]).unique()
    name.update(given.map(min))
    joined = sorted(" + ".join(sorted(names)) for names in given if len(names) > 1)
    records.add_note(joined, "group", "joined from several that share a picture")
    return frame.assign(group=name.reindex(component).to_numpy())


def with_near_duplicates(
    frame: pd.DataFrame, records: ImageRecords, pairs: list[Pair]
) -> pd.DataFrame:
    """Add ``near_duplicate_of``: the nearest near-duplicate in train of images not in train."""
    split, label = frame["split"].to_numpy(), frame["label"].to_numpy()
    nearest: dict[int, int] = {}
    for pair in sorted(pairs, key=lambda pair: pair.match, reverse=True):
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            if split[one] != "train" and split[other] == "train":
                nearest.setdefault(one, other)
    for part in ("val", "test"):
        leaked = [n for n in sorted(nearest) if split[n] == part]
        text = f"of {part} with a near-duplicate in train (kept, see column near_duplicate_of)"
        records.add_note(records.names(frame["path"].iloc[leaked]), "image", text)
    ends = [(p.first, p.second) for p in pairs if label[p.first] != label[p.second]]
    unlike = sorted({n for pair in ends for n in pair})
    names = records.names(frame["path"].iloc[unlike])
    records.add_note(names, "image", "with a near-duplicate of the other label (kept)")
    paths = frame["path"].tolist()
    return frame.assign(
        near_duplicate_of=[paths[nearest[n]] if n in nearest else "" for n in range(len(frame))]
    )


def _open(path: str) -> tuple[str, NDArray[np.uint8] | None, str]:
    try:
        return image_digest(path), thumbnail(to_gray(read_image(path))), ""
    except ImageError as error:
        return "", None, str(error).removeprefix(f"cannot read the image {path}: ")
