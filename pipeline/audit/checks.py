"""Each check of an audit as a function from opened images to findings.

``frame`` is as ``open_images`` gives it, its rows those that can be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from happysad.pipeline.audit.finding_types import KINDS
from happysad.pipeline.audit.shortcuts import Score, Shortcuts
from happysad.pipeline.data.records import LABELS, PARTS, ImageRecords
from happysad.pipeline.duplicates.near_duplicates import Pair

Finding = dict[str, Any]

_MIN_IMBALANCE = 3.0  # the larger class to the smaller
_MIN_COVERAGE_GAP = 0.10  # between the shares of faces found in the classes
_MIN_SHORTCUT = 0.60  # balanced accuracy from the file alone


def finding(
    records: ImageRecords, kind: str, row: Any = None, other: Any = None, **values: Any
) -> Finding:
    """One finding; of rows of the frame the image's name, label and official part are filled in."""
    found: Finding = {"kind": kind, "severity": KINDS[kind].severity, **values}
    for prefix, image in (("", row), ("other_", other)):
        if image is not None:
            (found[prefix.rstrip("_") or "image"],) = records.names([image.path])
            found[f"{prefix}label"], found[f"{prefix}split"] = image.label, image.split
    return found


def unreadable(records: ImageRecords, failed: pd.DataFrame) -> Iterator[Finding]:
    """Files that cannot be opened or are cut off: the other rows of ``open_images``."""
    for row in failed.itertuples():
        yield finding(records, "unreadable", row, detail=row.error)


def blanks(records: ImageRecords, frame: pd.DataFrame) -> Iterator[Finding]:
    for row in frame[frame["thumbnail"].isna()].itertuples():
        yield finding(records, "blank", row)


def duplicates(records: ImageRecords, frame: pd.DataFrame, pairs: list[Pair]) -> Iterator[Finding]:
    """Copies and near-duplicates: with both labels, across parts, within one."""
    rows: list[Any] = list(frame.itertuples())
    for pair in pairs:
        ends = rows[pair.first], rows[pair.second]
        one, two = sorted(ends, key=lambda row: PARTS.index(row.split or "train"))
        exact, about = one.sha256 == two.sha256, _alike(one, two, pair)
        if one.label != two.label:
            yield finding(records, "two labels", two, one, **about)
        if one.split != two.split:
            yield finding(records, "leak", two, one, **about)
        elif one.label == two.label:
            yield finding(records, "exact copy" if exact else "near-duplicate", two, one, **about)


def other_classes(
    records: ImageRecords, frame: pd.DataFrame, others: pd.DataFrame, pairs: list[Pair]
) -> Iterator[Finding]:
    """Leaks from train under another label; pairs as ``other_class_pairs`` gives them."""
    for pair in pairs:
        (one,) = frame.iloc[[pair.first]].itertuples()
        (other,) = others.iloc[[pair.second]].itertuples()
        yield finding(records, "leak", one, other, **_alike(one, other, pair))


def persons(records: ImageRecords, frame: pd.DataFrame) -> Iterator[Finding]:
    """Given groups that are in more than one official part."""
    known = frame[(frame["group"] != "") & (frame["split"] != "")]
    for name, rows in known.groupby("group"):
        by_part = list(_by_part(rows))[1:]
        if len(by_part) > 1:
            counts = ", ".join(f"{part} {len(some)}" for part, some in by_part)
            last, first = (next(by_part[n][1].itertuples()) for n in (-1, 0))
            yield finding(records, "person", last, first, detail=f"{name}: {counts}")


def balance(records: ImageRecords, frame: pd.DataFrame) -> Iterator[Finding]:
    """How many images of each class, in all and in each official part."""
    for part, rows in _by_part(frame):
        happy, sad = (int((rows["label"] == label).sum()) for label in LABELS)
        text = f"{part or 'all'}: {happy:,} happy, {sad:,} sad"
        if not min(happy, sad):
            yield finding(records, "one class", split=part, detail=text)
            continue
        ratio = max(happy, sad) / min(happy, sad)
        text = f"{text}, {ratio:.1f} to 1"
        yield finding(records, "balance", split=part, detail=text)
        if ratio >= _MIN_IMBALANCE:
            yield finding(records, "imbalance", split=part, detail=text)


def faces(
    records: ImageRecords, frame: pd.DataFrame, detected: NDArray[np.bool_]
) -> Iterator[Finding]:
    """Images without a face, and the share found in each class, in all and in each part."""
    for row in frame[~detected & frame["thumbnail"].notna()].itertuples():
        yield finding(records, "no face", row)
    for part, rows in _by_part(frame.assign(detected=detected)):
        shares = rows.groupby("label")["detected"].mean()
        listed = ", ".join(f"{label} {share:.1%}" for label, share in shares.items())
        text = f"{part or 'all'}: a face found in {listed}"
        yield finding(records, "coverage", split=part, detail=text)
        if shares.max() - shares.min() >= _MIN_COVERAGE_GAP:
            yield finding(records, "face coverage", split=part, detail=text)


def shortcuts(records: ImageRecords, found: Shortcuts | None) -> Iterator[Finding]:
    """Balanced accuracy of the facts of a file; those that predict the label well are shortcuts."""
    if found is None:
        text = "too few people or scenes of a class to measure how well the files predict the label"
        yield finding(records, "file facts", detail=text)
        return
    for name, score in {"all facts together": found.all_facts, **found.by_fact}.items():
        typical = f"; {found.typical[name]}" if name in found.typical else ""
        text = f"{name}: balanced accuracy {score}{typical}"
        yield finding(records, "shortcut" if is_shortcut(score) else "file facts", detail=text)


def is_shortcut(score: Score) -> bool:
    """Whether a balanced accuracy from the file alone is far above chance, and surely above it."""
    return score.value >= _MIN_SHORTCUT and score.low > 0.5


def left_out(records: ImageRecords) -> Iterator[Finding]:
    """What the reader of the folder or table left out, other classes among it."""
    for line in records.notes:
        yield finding(records, "left out", detail=line)


def _alike(one: Any, two: Any, pair: Pair) -> dict[str, Any]:
    copied = "mirrored" if pair.match.mirrored else "near-duplicate"
    detail = "exact copy" if one.sha256 == two.sha256 else copied
    return {"detail": detail, "correlation": round(pair.match.correlation, 3)}


def _by_part(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """All rows under "", and those of each official part."""
    yield "", frame
    for part in PARTS:
        rows = frame[frame["split"] == part]
        if len(rows):
            yield part, rows
