from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from happysad.pipeline.data.records import ImageRecords, records_frame
from happysad.pipeline.data.splits import SHARES, assign_parts, with_parts
from happysad.utils.errors import UserError

FACES = st.lists(st.tuples(st.sampled_from(["happy", "sad"]), st.integers(0, 12)), max_size=80)


def enough(faces: list[tuple[str, int]]) -> bool:
    return all(len({g for lab, g in faces if lab == label}) >= 3 for label in ("happy", "sad"))


def cut(faces: list[tuple[str, int]], seed: int = 0) -> list[str]:
    return assign_parts([lab for lab, _ in faces], [str(g) for _, g in faces], seed=seed)


@given(FACES.filter(enough), st.integers(0, 3))
def test_groups_stay_whole_and_every_part_has_both_classes(
    faces: list[tuple[str, int]], seed: int
) -> None:
    parts = cut(faces, seed)
    assert len({(group, part) for (_, group), part in zip(faces, parts, strict=True)}) == len(
        {group for _, group in faces}
    )
    held = {(label, part) for (label, _), part in zip(faces, parts, strict=True)}
    assert len(held) == 6


@given(FACES.filter(enough), st.randoms(use_true_random=False))
def test_order_does_not_matter(faces: list[tuple[str, int]], random) -> None:
    shuffled = list(range(len(faces)))
    random.shuffle(shuffled)
    parts = cut(faces)
    assert cut([faces[index] for index in shuffled]) == [parts[index] for index in shuffled]


def test_shares_hold_for_each_label() -> None:
    for size in (1, 4):
        faces = [("happy", n // size) for n in range(800)]
        faces += [("sad", 1000 + n // size) for n in range(120)]
        found = Counter(zip((label for label, _ in faces), cut(faces), strict=True))
        for label, number in (("happy", 800), ("sad", 120)):
            for part, share in SHARES.items():
                assert abs(found[label, part] - share * number) <= size, (size, label, part)


def test_the_seed_decides() -> None:
    faces = [(("happy", "sad")[n % 2], n) for n in range(100)]
    assert cut(faces, 1) == cut(faces, 1)
    same = sum(a == b for a, b in zip(cut(faces, 1), cut(faces, 2), strict=True))
    assert same < 80


def test_six_images() -> None:
    faces = [(("happy", "sad")[n % 2], n) for n in range(6)]
    assert set(Counter(zip((lab for lab, _ in faces), cut(faces), strict=True)).values()) == {1}


def test_too_few_groups() -> None:
    faces = [("happy", n) for n in range(9)] + [("sad", 10), ("sad", 10), ("sad", 11)]
    with pytest.raises(UserError, match=r"too few sad faces to cut into train, val, .* 2 found"):
        cut(faces)


def frame_of(splits: list[str]) -> pd.DataFrame:
    """For each split 20 happy and 20 sad images of their own."""
    names = [(s, lab) for s in splits for lab in ("happy", "sad") for _ in range(20)]
    rows = [(f"/{n}.png", label, split, f"g{n}") for n, (split, label) in enumerate(names)]
    return records_frame(rows).assign(sha256=[f"{n:064d}" for n in range(len(rows))])


def with_notes(frame: pd.DataFrame, seed: int = 3) -> tuple[Counter[str], list[str]]:
    records = ImageRecords("x", Path("/"), frame)
    return Counter(with_parts(frame, records, "x", seed)["split"]), records.notes


def test_official_parts_are_kept_and_missing_ones_drawn() -> None:
    cut = "cut into train, val and test (70/15/15) with seed 3"
    drawn = {"train": 28, "val": 6, "test": 6}
    for splits, expected, *notes in (
        (["train", "val", "test"], {"train": 40, "val": 40, "test": 40}),
        (["train", "test"], {"train": 34, "val": 6, "test": 40},
         "no val part: 15% of train taken with seed 3"),
        (["train", "val"], {"train": 34, "test": 6, "val": 40},
         "no test part: 15% of train taken with seed 3"),
        (["train"], drawn, "no val and no test part: 15% each of train taken with seed 3"),
        ([""], drawn, f"no official parts: {cut}"),
        (["test"], drawn, f"no official parts but test alone: {cut}"),
    ):  # fmt: skip
        assert with_notes(frame_of(splits)) == (expected, notes), splits


def test_some_images_without_a_part() -> None:
    with pytest.raises(UserError, match=r"40 images of x without a part.*40\.png"):
        with_notes(frame_of(["train", ""]))


def test_copies_in_two_official_parts_are_noted() -> None:
    frame = frame_of(["train", "val", "test"])
    frame.loc[120] = ["/copy.png", "happy", "test", "g0", frame["sha256"][0]]
    found, notes = with_notes(frame)
    assert found == {"train": 40, "val": 40, "test": 41}
    assert notes == [
        "1 image identical to another (kept): copy.png",
        "1 image in two official parts as exact copies (kept): 0.png",
    ]
