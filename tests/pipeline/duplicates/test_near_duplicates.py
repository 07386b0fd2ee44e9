from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from happysad.pipeline.duplicates.ecc_alignment import Match, thumbnail
from happysad.pipeline.duplicates.near_duplicates import (
    Pair,
    _pairs_between,
    component_labels,
    find_near_duplicates,
    find_near_duplicates_between,
    without_chains,
)


def picture(seed: int) -> np.ndarray:
    """Blotches with fine structure, as a face has."""
    draw = np.random.default_rng(seed)
    coarse, fine = (
        cv2.resize(draw.normal(0, 1, (n, n)), (64, 64), interpolation=cv2.INTER_CUBIC)
        for n in (5, 16)
    )
    return np.clip(128 + 60 * coarse + 30 * fine, 0, 255).astype(np.uint8)


OTHERS = [picture(seed) for seed in range(1, 121)]


def jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.array(Image.open(file))


def shifted(image: np.ndarray, x: float, y: float) -> np.ndarray:
    matrix = np.array([[1, 0, x], [0, 1, y]], np.float32)
    return cv2.warpAffine(image, matrix, (64, 64), borderMode=cv2.BORDER_REPLICATE)


CHANGES = {
    "equal": lambda i: i,
    "stretched": lambda i: np.clip((i.astype(float) - 128) * 1.6 + 140, 0, 255).astype(np.uint8),
    "gamma": lambda i: (255 * (i / 255) ** 0.5).astype(np.uint8),
    "jpeg": lambda i: jpeg(i, 20),
    "shifted": lambda i: shifted(i, 4, -4),
    "shifted back": lambda i: shifted(i, -4, 3),
    "cropped": lambda i: i[4:60, 4:60],
    "cropped at one side": lambda i: i[:, 5:],
    "half size": lambda i: cv2.resize(i, (32, 32), interpolation=cv2.INTER_AREA),
    "turned": lambda i: cv2.warpAffine(
        i, cv2.getRotationMatrix2D((32, 32), 3, 1), (64, 64), borderMode=cv2.BORDER_REPLICATE
    ),
    "all of it": lambda i: jpeg(shifted((i // 2 + 60).astype(np.uint8), 2, 2)[2:, :61], 40),
}


def found(images: list[np.ndarray]) -> list[Pair]:
    return find_near_duplicates([thumbnail(image) for image in images])


@pytest.mark.parametrize("mirrored", [False, True])
def test_copies_are_found_among_others(mirrored: bool) -> None:
    for change, changed in CHANGES.items():
        if mirrored and "shifted" in change:
            continue
        copies = [changed(image[:, ::-1] if mirrored else image) for image in OTHERS[:6]]
        pairs = found([*OTHERS, *map(np.ascontiguousarray, copies)])
        expected = {(n, n + len(OTHERS)) for n in range(6)}
        assert {(p.first, p.second) for p in pairs} == expected, change
        assert {p.match.mirrored for p in pairs} == {mirrored}, change
        assert all(p.match.correlation >= 0.9 for p in pairs), change


def test_copies_are_found_between_two_lists() -> None:
    first = [
        None,
        *map(thumbnail, [*OTHERS[:40], OTHERS[0]]),
    ]  # a pair of its own that is no matter
    for change, changed in CHANGES.items():
        copies = map(thumbnail, [*OTHERS[60:], *(changed(image) for image in OTHERS[:6])])
        pairs = find_near_duplicates_between(first, [None, *copies])
        expected = {(n + 1, n + 61) for n in range(6)} | {(41, 61)}
        assert {(p.first, p.second) for p in pairs} == expected, change
    assert find_near_duplicates_between(first, [None]) == []
    assert find_near_duplicates_between([], first) == []


def test_the_order_does_not_matter() -> None:
    images = [*OTHERS, *(CHANGES["all of it"](image) for image in OTHERS[:6])]
    back = {(len(images) - 1 - p.second, len(images) - 1 - p.first) for p in found(images[::-1])}
    assert back == {(n, n + len(OTHERS)) for n in range(6)}


def test_many_copies_of_one_picture_are_all_connected() -> None:
    copies = [jpeg(shifted(picture(0), n % 5 - 2, n // 5 - 2), 90 - n) for n in range(25)]
    pairs = found([*OTHERS, *copies])
    assert {n for p in pairs for n in (p.first, p.second)} == set(range(120, 145))
    assert len(pairs) > 250  # of 300; neighbours alone would give far fewer


def test_blank_images_are_duplicates_of_nothing() -> None:
    blank = np.full((64, 64), 9, np.uint8)
    assert found([blank, blank]) == []
    assert found([]) == []
    assert [(p.first, p.second) for p in found([blank, OTHERS[0], blank, OTHERS[0]])] == [(1, 3)]


def test_items_are_connected_through_others() -> None:
    assert component_labels(5, [(0, 4), (1, 2), (2, 4)]).tolist() == [0, 0, 0, 1, 0]
    assert component_labels(2, []).tolist() == [0, 1]
    assert component_labels(0, []).tolist() == []


def test_pairs_between_sets() -> None:
    assert list(_pairs_between([1, 2], [5, 7])) == [(1, 5), (1, 7), (2, 5), (2, 7)]
    same = [4, 6, 9]
    assert list(_pairs_between(same, same)) == [(4, 6), (4, 9), (6, 9)]
    many = list(range(5000))
    assert list(_pairs_between(many, many)) == [(0, n) for n in range(1, 5000)]


def chain(length: int, detail: float) -> list[Pair]:
    return [Pair(n, n + 1, Match(0.95, detail)) for n in range(length - 1)]


def test_only_large_sets_are_cut_and_only_at_weak_links() -> None:
    small = chain(20, 0.86)
    assert without_chains(small, 100) == small
    assert without_chains(chain(40, 0.86), 1000) == chain(40, 0.86)  # a twenty-fifth
    assert without_chains(chain(40, 0.86), 100) == []
    assert without_chains(chain(40, 0.99), 100) == chain(40, 0.99)
