"""Which part each image is in: train, val or test."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from happysad.pipeline.data.records import LABELS, PARTS, ImageRecord, ImageRecords, note
from happysad.utils.errors import UserError

SHARES = {"train": 0.70, "val": 0.15, "test": 0.15}


@dataclass
class _Group:
    """The indices of images that stay together, and how many there are of each label."""

    members: list[int]
    counts: dict[str, int]
    part: str = ""


def with_parts(
    rows: list[ImageRecord], listing: ImageRecords, where: str, seed: int
) -> list[ImageRecord]:
    """Keep official parts and draw those that are missing.

    A missing val or test part is 15% of train; without a train part everything is cut anew.

    Parameters
    ----------
    rows : list of ImageRecord
        Opened and grouped.
    listing : ImageRecords
        Its notes are added to.
    where : str
        The data set as the user named it, for the errors.
    seed : int

    Raises
    ------
    UserError
        Some images have a part and some have none, or there are too few to draw from.
    """
    official = {row.split for row in rows}
    if "" in official and len(official) > 1:
        lost = [listing.short(row.path) for row in rows if not row.split]
        text = f"of {where} without a part, though others have one: write train, val or test for"
        raise UserError(note(lost, f"image {text}", f"images {text}"))
    _note_shared_pictures(rows, listing)
    missing = [part for part in PARTS if part not in official]
    if not missing:
        return rows
    if "train" in missing:
        rows = [replace(row, split="train") for row in rows]
        missing = ["val", "test"]
        found = "" if official == {""} else f" but {' and '.join(sorted(official))} alone"
        text = f"no official parts{found}: cut into train, val and test (70/15/15) with seed {seed}"
    else:
        taken = "15%" if len(missing) == 1 else "15% each"
        text = f"no {' and no '.join(missing)} part: {taken} of train taken with seed {seed}"
    listing.notes.append(text)
    shares = {"train": 1 - sum(SHARES[part] for part in missing)}
    shares |= {part: SHARES[part] for part in missing}
    source = [row for row in rows if row.split == "train"]
    try:
        groups = [row.group for row in source]
        drawn = assign_parts([row.label for row in source], groups, shares, seed)
    except UserError as error:
        raise UserError(f"{where} holds {error}") from None
    part_of = {row.path: part for row, part in zip(source, drawn, strict=True)}
    return [replace(row, split=part_of.get(row.path, row.split)) for row in rows]


def _note_shared_pictures(rows: list[ImageRecord], listing: ImageRecords) -> None:
    """A line for exact copies, and one for those that are in two official parts."""
    copies = defaultdict(list)
    for row in rows:
        copies[row.sha256].append(row)
    across = [same for same in copies.values() if len({row.split for row in same}) > 1]
    for found, one, many in (
        (
            [same[1:] for same in copies.values() if len(same) > 1],
            "image is an exact copy of another (kept)",
            "images are exact copies of others (kept)",
        ),
        (
            [same[:1] for same in across],
            "image is in two official parts as exact copies (kept)",
            "images are in two official parts as exact copies (kept)",
        ),
    ):
        names = [listing.short(row.path) for same in found for row in same]
        if names:
            listing.notes.append(note(sorted(names), one, many))


def assign_parts(
    labels: Sequence[str],
    groups: Sequence[str],
    shares: Mapping[str, float] = SHARES,
    seed: int = 0,
) -> list[str]:
    """Cut images into parts, whole groups at a time, each label in the shares asked for.

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
    """
    order = _shuffled_groups(labels, groups, seed)
    totals = {label: labels.count(label) for label in LABELS}
    wanted = {(p, lab): share * totals[lab] for p, share in shares.items() for lab in totals}
    have = dict.fromkeys(wanted, 0)

    def put(group: _Group, part: str) -> None:
        group.part = part
        for label, number in group.counts.items():
            have[part, label] += number

    def lack(group: _Group, part: str) -> float:
        """How much of what the part still lacks the group would bring, rare labels first."""
        return sum(
            number * (wanted[part, label] - have[part, label]) / totals[label] ** 2
            for label, number in group.counts.items()
        )

    _check_enough(order, shares)
    # First one group of each label for each part, the label with the fewest groups first and
    # the smallest groups: after that no part can be left without a class.
    rarest_first = sorted(LABELS, key=lambda label: sum(label in g.counts for g in order))
    for label in rarest_first:
        for part in reversed(list(shares)):
            if not have[part, label]:
                put(next(g for g in reversed(order) if not g.part and label in g.counts), part)
    for group in order:
        if not group.part:
            put(group, max(shares, key=lambda part: lack(group, part)))
    parts = {index: group.part for group in order for index in group.members}
    return [parts[index] for index in range(len(labels))]


def _shuffled_groups(labels: Sequence[str], groups: Sequence[str], seed: int) -> list[_Group]:
    """The groups, large ones first as they are the hardest to place, else in random order."""
    found: dict[str, _Group] = {}
    for index, (label, name) in enumerate(zip(labels, groups, strict=True)):
        group = found.setdefault(name, _Group([], {}))
        group.members.append(index)
        group.counts[label] = group.counts.get(label, 0) + 1
    draw = {name: hashlib.sha256(f"{seed}:{name}".encode()).digest() for name in found}
    return [found[name] for name in sorted(found, key=lambda n: (-len(found[n].members), draw[n]))]


def _check_enough(groups: Sequence[_Group], shares: Mapping[str, float]) -> None:
    for label in LABELS:
        number = sum(label in group.counts for group in groups)
        if number < len(shares):
            raise UserError(
                f"too few {label} faces to cut into {', '.join(shares)}: "
                f"{len(shares)} of different people or scenes are needed, "
                f"{number} found; add {label} faces"
            )
