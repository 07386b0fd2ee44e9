from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from happysad.pipeline.audit import checks
from happysad.pipeline.audit.shortcuts import Score, Shortcuts
from happysad.pipeline.data.records import ImageRecords, records_frame
from happysad.pipeline.duplicates.ecc_alignment import Match
from happysad.pipeline.duplicates.near_duplicates import Pair

RECORDS = ImageRecords("x", Path("/"), records_frame([]))


def row(name: str, label: str = "happy", split: str = "", group: str = "", sha: str = "") -> tuple:
    return f"/{name}", label, split, group, sha or name


def frame_of(*rows: tuple) -> pd.DataFrame:
    """As of opened images; none is blank."""
    frame = records_frame(row[:4] for row in rows)
    return frame.assign(sha256=[row[4] for row in rows], thumbnail="pixels")


def columns(found, *names: str) -> list[tuple]:
    return [tuple(one.get(name, "") for name in names) for one in found]


def test_unreadable_and_blank() -> None:
    failed = frame_of(row("a", "sad", "val")).assign(error="the file is empty")
    (found,) = checks.unreadable(RECORDS, failed)
    assert found == {
        "kind": "unreadable", "severity": "look", "image": "a", "label": "sad", "split": "val",
        "detail": "the file is empty",
    }  # fmt: skip
    frame = frame_of(row("a"), row("b")).assign(thumbnail=["pixels", None])
    assert columns(checks.blanks(RECORDS, frame), "kind", "image") == [("blank", "b")]


def test_pairs_are_sorted_into_kinds() -> None:
    rows = [
        row("0", split="train", sha="s"),
        row("1", split="train", sha="s"),
        row("2", split="train"),
        row("3", split="test"),
        row("4", "sad", "train"),
        row("5", "sad", "val"),
    ]
    numbers = ((0, 1), (1, 2), (2, 3), (2, 4), (3, 5))
    pairs = [Pair(a, b, Match(0.9567, 0.9, b == 3)) for a, b in numbers]
    found = checks.duplicates(RECORDS, frame_of(*rows), pairs)
    assert columns(found, "kind", "image", "other", "detail", "correlation") == [
        ("exact copy", "1", "0", "exact copy", 0.957),
        ("near-duplicate", "2", "1", "near-duplicate", 0.957),
        ("leak", "3", "2", "mirrored", 0.957),
        ("two labels", "4", "2", "near-duplicate", 0.957),
        ("two labels", "3", "5", "near-duplicate", 0.957),
        ("leak", "3", "5", "near-duplicate", 0.957),
    ]


def test_the_image_of_train_comes_second() -> None:
    rows = [row("a", split="val"), row("b", split="train")]
    (found,) = checks.duplicates(RECORDS, frame_of(*rows), [Pair(0, 1, Match(1.0, 1.0))])
    assert (found["image"], found["split"]) == ("a", "val")
    assert (found["other"], found["other_split"]) == ("b", "train")


def test_pictures_of_train_under_another_label() -> None:
    rows = [row("a", split="train"), row("b", "sad", "test", sha="s")]
    others = [row("c", "fear", "train"), row("d", "neutral", "train", sha="s")]
    pairs = [Pair(1, 0, Match(0.95, 0.9)), Pair(1, 1, Match(1.0, 1.0))]
    found = checks.other_classes(RECORDS, frame_of(*rows), frame_of(*others), pairs)
    names = ("kind", "image", "split", "other", "other_label", "other_split", "detail")
    assert columns(found, *names) == [
        ("leak", "b", "test", "c", "fear", "train", "near-duplicate"),
        ("leak", "b", "test", "d", "neutral", "train", "exact copy"),
    ]


def test_a_person_on_both_sides() -> None:
    rows = [row("a", "sad", "train", "Anna"), row("b", "sad", "test", "Anna")]
    rows += [row("c", "sad", "train", "Bert"), row("d", "sad", "train", "Bert"), row("e")]
    found = checks.persons(RECORDS, frame_of(*rows))
    assert columns(found, "kind", "image", "other", "detail") == [
        ("person", "b", "a", "Anna: train 1, test 1")
    ]


def test_a_class_that_is_missing_is_called_so() -> None:
    rows = [row("a"), row("b")]
    assert columns(checks.balance(RECORDS, frame_of(*rows)), "kind", "detail") == [
        ("one class", "all: 2 happy, 0 sad")
    ]
    found = columns(
        checks.faces(RECORDS, frame_of(*rows), np.array([True, True])), "kind", "detail"
    )
    assert found == [("coverage", "all: a face found in happy 100.0%")]


def test_balance() -> None:
    rows = [row(f"{n}", "sad" if n % 4 == 0 else "happy", "train") for n in range(16)]
    rows += [row("x", "sad", "test"), row("y", "happy", "test")]
    assert columns(checks.balance(RECORDS, frame_of(*rows)), "kind", "split", "detail") == [
        ("balance", "", "all: 13 happy, 5 sad, 2.6 to 1"),
        ("balance", "train", "train: 12 happy, 4 sad, 3.0 to 1"),
        ("imbalance", "train", "train: 12 happy, 4 sad, 3.0 to 1"),
        ("balance", "test", "test: 1 happy, 1 sad, 1.0 to 1"),
    ]


def test_faces_by_class_and_part() -> None:
    rows = [row(f"{n}", ("happy", "sad")[n % 2], "train") for n in range(10)]
    detected = np.array([True] * 10)
    detected[[1, 3]] = False
    found = list(checks.faces(RECORDS, frame_of(*rows), detected))
    text = "a face found in happy 100.0%, sad 60.0%"
    assert columns(found, "kind", "image", "detail") == [
        ("no face", "1", ""),
        ("no face", "3", ""),
        ("coverage", "", f"all: {text}"),
        ("face coverage", "", f"all: {text}"),
        ("coverage", "", f"train: {text}"),
        ("face coverage", "", f"train: {text}"),
    ]
    assert [one["kind"] for one in checks.faces(RECORDS, frame_of(*rows), np.ones(10, bool))] == [
        "coverage"
    ] * 2


def test_only_what_tells_much_is_a_shortcut() -> None:
    scores = {"format": Score(0.7, 0.6, 0.8), "width": Score(0.65, 0.45, 0.9)}
    scores["contrast"] = Score(0.55, 0.54, 0.56)
    found = Shortcuts(Score(0.72, 0.6, 0.8), scores, {"format": "happy 90% PNG, sad 80% JPEG"})
    lines = list(checks.shortcuts(RECORDS, found))
    assert [one["kind"] for one in lines] == ["shortcut"] * 2 + ["file facts"] * 2
    assert lines[1]["detail"] == (
        "format: balanced accuracy 0.700 (0.600 to 0.800); happy 90% PNG, sad 80% JPEG"
    )
    (none,) = checks.shortcuts(RECORDS, None)
    assert "too few" in none["detail"]


def test_what_was_left_out_is_reported() -> None:
    note = "3 images of other classes left out: anger (3)"
    records = replace(RECORDS, notes=[note])
    assert columns(checks.left_out(records), "kind", "detail") == [("left out", note)]
