"""Each question of an audit as a function from opened rows to findings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.audit.finding_types import KINDS
from happysad.pipeline.audit.shortcuts import Shortcuts
from happysad.pipeline.data.records import LABELS, PARTS, ImageRecord, ImageRecords
from happysad.pipeline.duplicates.near_duplicates import Pair

Finding = dict[str, Any]

_IMBALANCE = 3.0  # the larger class to the smaller
_COVERAGE = 0.10  # difference of the shares of faces found
_SHORTCUT = 0.60  # balanced accuracy from the file alone


def finding(
    listing: ImageRecords,
    kind: str,
    row: ImageRecord | None = None,
    other: ImageRecord | None = None,
    **values: Any,
) -> Finding:
    """One finding; of images the name, the label and the official part are filled in."""
    found: Finding = {"kind": kind, "severity": KINDS[kind].severity, **values}
    for prefix, about in (("", row), ("other_", other)):
        if about is not None:
            found[prefix.rstrip("_") or "image"] = listing.short(about.path)
            found[f"{prefix}label"], found[f"{prefix}split"] = about.label, about.split
    return found


def unreadable(
    listing: ImageRecords, failed: Sequence[tuple[ImageRecord, str]]
) -> Iterator[Finding]:
    """Files that cannot be opened or are cut off."""
    for row, reason in failed:
        yield finding(listing, "unreadable", row, detail=reason)


def blanks(listing: ImageRecords, rows: Sequence[ImageRecord]) -> Iterator[Finding]:
    """Images of one even grey."""
    for row in rows:
        if row.looks is None:
            yield finding(listing, "blank", row)


def duplicates(
    listing: ImageRecords, rows: Sequence[ImageRecord], pairs: Sequence[Pair]
) -> Iterator[Finding]:
    """Copies and near-duplicates: with both labels, across parts, within one."""
    for pair in pairs:
        one, two = rows[pair.first], rows[pair.second]
        exact = one.sha256 == two.sha256
        how = "exact copy" if exact else "mirrored" if pair.match.mirrored else "near-duplicate"
        about = {"detail": how, "correlation": round(pair.match.correlation, 3)}
        if PARTS.index(one.split or "train") > PARTS.index(two.split or "train"):
            one, two = two, one
        if one.label != two.label:
            yield finding(listing, "two labels", two, one, **about)
        if one.split != two.split:
            yield finding(listing, "leak", two, one, **about)
        elif one.label == two.label:
            yield finding(listing, "exact copy" if exact else "near-duplicate", two, one, **about)


def persons(listing: ImageRecords, rows: Sequence[ImageRecord]) -> Iterator[Finding]:
    """Given groups that are in more than one official part."""
    of_group: dict[str, dict[str, list[ImageRecord]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row.group and row.split:
            of_group[row.group][row.split].append(row)
    for name, by_part in sorted(of_group.items()):
        if len(by_part) > 1:
            first, *_, last = [part for part in PARTS if part in by_part]
            counts = ", ".join(f"{part} {len(by_part[part])}" for part in PARTS if part in by_part)
            pair = by_part[last][0], by_part[first][0]
            yield finding(listing, "person", *pair, detail=f"{name}: {counts}")


def balance(listing: ImageRecords, rows: Sequence[ImageRecord]) -> Iterator[Finding]:
    """How many of each class there are, in all and in each part."""
    for part, some in _by_part(rows):
        counts = Counter(row.label for row in some)
        happy, sad = (counts[label] for label in LABELS)
        text = f"{part or 'all'}: {happy:,} happy, {sad:,} sad"
        if not min(happy, sad):
            yield finding(listing, "one class", split=part, detail=text)
            continue
        ratio = max(happy, sad) / min(happy, sad)
        text = f"{text}, {ratio:.1f} to 1"
        yield finding(listing, "balance", split=part, detail=text)
        if ratio >= _IMBALANCE:
            yield finding(listing, "imbalance", split=part, detail=text)


def faces(
    listing: ImageRecords, rows: Sequence[ImageRecord], detected: NDArray[np.bool_]
) -> Iterator[Finding]:
    """Images without a face, and the share found in each class, in all and in each part."""
    for row, found in zip(rows, detected, strict=True):
        if not found and row.looks is not None:
            yield finding(listing, "no face", row)
    with_face = {row.path for row, found in zip(rows, detected, strict=True) if found}
    for part, some in _by_part(rows):
        shares = {}
        for label in LABELS:
            of_label = [row.path in with_face for row in some if row.label == label]
            if of_label:
                shares[label] = sum(of_label) / len(of_label)
        told = ", ".join(f"{label} {share:.1%}" for label, share in shares.items())
        text = f"{part or 'all'}: a face found in {told}"
        yield finding(listing, "coverage", split=part, detail=text)
        if max(shares.values()) - min(shares.values()) >= _COVERAGE:
            yield finding(listing, "face coverage", split=part, detail=text)


def shortcuts(listing: ImageRecords, found: Shortcuts | None) -> Iterator[Finding]:
    """Balanced accuracy of the facts of a file; the ones that give much away are shortcuts."""
    if found is None:
        text = "too few people or scenes of a class to measure what the files tell"
        yield finding(listing, "file facts", detail=text)
        return
    scores = {"all facts together": found.all_facts, **found.by_fact}
    for name, score in scores.items():
        tells = score.value >= _SHORTCUT and score.low > 0.5
        typical = f"; {found.typical[name]}" if name in found.typical else ""
        text = f"{name}: balanced accuracy {score}{typical}"
        yield finding(listing, "shortcut" if tells else "file facts", detail=text)


def left_out(listing: ImageRecords) -> Iterator[Finding]:
    """What the reader of the folder or table left out, other classes among it."""
    for line in listing.notes:
        yield finding(listing, "left out", detail=line)


def _by_part(rows: Sequence[ImageRecord]) -> Iterator[tuple[str, list[ImageRecord]]]:
    """All rows under "", and those of each official part."""
    yield "", list(rows)
    for part in PARTS:
        some = [row for row in rows if row.split == part]
        if some:
            yield part, some
