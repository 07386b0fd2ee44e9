"""Which part each image is in: train, val or test."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from happysad.pipeline.data.records import LABELS, PARTS, ImageRecords, counted
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

SHARES = {"train": 0.70, "val": 0.15, "test": 0.15}


def with_parts(frame: pd.DataFrame, records: ImageRecords, where: str, seed: int) -> pd.DataFrame:
    """Keep official parts of grouped images and draw those that are missing, with notes.

    A missing val or test part is 15% of train; without a train part everything is split anew.
    """
    official = set(frame["split"])
    if "" in official and len(official) > 1:
        lost = records.names(frame.loc[frame["split"] == "", "path"])
        text = f"of {where} without a part, though others have one: write train, val or test for"
        raise UserError(counted(lost, "image", text))
    _note_exact_copies(frame, records)
    missing = [part for part in PARTS if part not in official]
    if not missing:
        return frame
    if "train" in missing:
        frame = frame.assign(split="train")
        missing = ["val", "test"]
        found = "" if official == {""} else f" but {' and '.join(sorted(official))} alone"
        text = f"no official parts{found}: cut into train, val and test (70/15/15) with seed {seed}"
    else:
        taken = "15%" if len(missing) == 1 else "15% each"
        text = f"no {' and no '.join(missing)} part: {taken} of train taken with seed {seed}"
    records.notes.append(text)
    shares = {"train": 1 - sum(SHARES[part] for part in missing)}
    shares |= {part: SHARES[part] for part in missing}
    train = frame["split"] == "train"
    labels, groups = (frame.loc[train, column].tolist() for column in ("label", "group"))
    try:
        drawn = assign_parts(labels, groups, shares, seed)
    except UserError as error:
        raise UserError(f"{where} holds {error}") from None
    frame = frame.copy()
    frame.loc[train, "split"] = drawn
    return frame


def _note_exact_copies(frame: pd.DataFrame, records: ImageRecords) -> None:
    """A line for exact copies, and one for those that are in two official parts."""
    copies = frame[frame.duplicated("sha256")]
    records.add_note(sorted(records.names(copies["path"])), "image", "identical to another (kept)")
    shared = frame[frame.groupby("sha256")["split"].transform("nunique") > 1]
    names = sorted(records.names(shared.drop_duplicates("sha256")["path"]))
    records.add_note(names, "image", "in two official parts as exact copies (kept)")


def assign_parts(
    labels: Sequence[str],
    groups: Sequence[str],
    shares: Mapping[str, float] = SHARES,
    seed: int = 0,
) -> list[str]:
    """Split images into parts, whole groups at a time, each label in the given shares.

    The same images, groups and seed give the same parts in whatever order they come.

    Parameters
    ----------
    labels, groups : sequences of str, one entry per image
    shares : mapping of part to its share; the shares add up to 1
    seed : int

    Returns
    -------
    list of str, one part per image

    Raises
    ------
    UserError
        A label is in fewer groups than there are parts.

    Examples
    --------
    >>> labels = ["happy", "happy", "happy", "happy", "sad", "sad", "sad"]
    >>> people = ["Ann", "Ann", "Bob", "Cid", "Ann", "Bob", "Cid"]
    >>> assign_parts(labels, people)
    ['train', 'train', 'test', 'val', 'train', 'test', 'val']
    """
    truth = np.asarray(labels, str)
    names, group_of = np.unique(np.asarray(groups, str), return_inverse=True)
    counts = np.stack(
        [np.bincount(group_of[truth == label], minlength=len(names)) for label in LABELS], axis=1
    )
    n_groups = (counts > 0).sum(axis=0)
    for label, number in zip(LABELS, n_groups, strict=True):
        if number < len(shares):
            raise UserError(
                f"too few {label} faces to cut into {', '.join(shares)}: "
                f"{len(shares)} of different people or scenes are needed, "
                f"{number} found; add {label} faces"
            )
    # Large groups first, as they are the hardest to balance, else in random order.
    draws = [hashlib.sha256(f"{seed}:{name}".encode()).digest() for name in names]
    order = sorted(range(len(names)), key=lambda group: (-counts[group].sum(), draws[group]))
    totals = counts.sum(axis=0)
    wanted = np.outer(list(shares.values()), totals)  # of each label in each part
    have = np.zeros(wanted.shape, int)
    part_of = np.full(len(names), -1)

    def put(group: int, part: int) -> None:
        part_of[group] = part
        have[part] += counts[group]

    # First one group of each label for each part, the label with the fewest groups first and
    # the smallest groups: after that no part can be left without a class.
    for label in np.argsort(n_groups, kind="stable"):
        for part in reversed(range(len(shares))):
            if not have[part, label]:
                free = (group for group in reversed(order) if part_of[group] < 0)
                put(next(group for group in free if counts[group, label]), part)
    for group in order:
        if part_of[group] < 0:
            # What the part still lacks and the group would bring, rare labels first.
            lack = counts[group] * (wanted - have) / totals**2
            put(group, int(lack.sum(axis=1).argmax()))
    return [list(shares)[part] for part in part_of[group_of]]
