from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from happysad.pipeline.data.records import ImageRecord, ImageRecords
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


@pytest.mark.parametrize("size", [1, 4])
def test_shares_hold_for_each_label(size: int) -> None:
    faces = [("happy", n // size) for n in range(800)]
    faces += [("sad", 1000 + n // size) for n in range(120)]
    found = Counter(zip((label for label, _ in faces), cut(faces), strict=True))
    for label, number in (("happy", 800), ("sad", 120)):
        for part, share in SHARES.items():
            assert abs(found[label, part] - share * number) <= size


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


def rows_of(splits: list[str]) -> list[ImageRecord]:
    """For each split 20 happy and 20 sad images of their own."""
    names = [(s, lab, n) for s in splits for lab in ("happy", "sad") for n in range(20)]
    return [
        ImageRecord(Path(f"/{number}.png"), lab, s, f"g{number}", f"{number:064d}")
        for number, (s, lab, _) in enumerate(names)
    ]


def parts_of(splits: list[str]) -> tuple[Counter[str], list[str]]:
    listing = ImageRecords("x", Path("/"))
    rows = with_parts(rows_of(splits), listing, "x", seed=3)
    return Counter(row.split for row in rows), listing.notes


def test_official_parts_are_kept() -> None:
    assert parts_of(["train", "val", "test"]) == ({"train": 40, "val": 40, "test": 40}, [])


def test_val_is_taken_from_train() -> None:
    found, notes = parts_of(["train", "test"])
    assert found == {"train": 34, "val": 6, "test": 40}
    assert notes == ["no val part: 15% of train taken with seed 3"]


def test_test_is_taken_from_train() -> None:
    found, notes = parts_of(["train", "val"])
    assert found == {"train": 34, "test": 6, "val": 40}
    assert notes == ["no test part: 15% of train taken with seed 3"]


def test_only_train() -> None:
    found, notes = parts_of(["train"])
    assert found == {"train": 28, "val": 6, "test": 6}
    assert notes == ["no val and no test part: 15% each of train taken with seed 3"]


@pytest.mark.parametrize(("splits", "text"), [([""], ""), (["test"], " but test alone")])
def test_no_train_part(splits: list[str], text: str) -> None:
    found, notes = parts_of(splits)
    assert found == {"train": 28, "val": 6, "test": 6}
    made = "cut into train, val and test (70/15/15) with seed 3"
    assert notes == [f"no official parts{text}: {made}"]


def test_some_images_without_a_part() -> None:
    with pytest.raises(UserError, match=r"40 images of x without a part.*40\.png"):
        parts_of(["train", ""])


def test_copies_in_two_official_parts_are_noted() -> None:
    rows = rows_of(["train", "val", "test"])
    exact = ImageRecord(Path("/copy.png"), "happy", "test", "g0", rows[0].sha256)
    listing = ImageRecords("x", Path("/"))
    assert len(with_parts([*rows, exact], listing, "x", 0)) == 121
    assert listing.notes == [
        "1 image is an exact copy of another (kept): copy.png",
        "1 image is in two official parts as exact copies (kept): 0.png",
    ]
