from __future__ import annotations

from itertools import product

import cv2
import numpy as np
import pytest

from happysad.pipeline.duplicates.candidate_search import (
    agreement,
    details,
    find_candidates,
    inner_rows,
    tangent_spaces,
    unit_rows,
)
from happysad.pipeline.duplicates.ecc_alignment import match, thumbnail


def picture(seed: int) -> np.ndarray:
    blotches = np.random.default_rng(seed).integers(0, 256, (9, 9), dtype=np.uint8)
    return cv2.resize(blotches, (64, 64), interpolation=cv2.INTER_CUBIC)


def test_the_start_leads_to_the_copy() -> None:
    others = [picture(seed) for seed in range(1, 60)]
    for mirrored, copy_first in product((False, True), repeat=2):
        image = picture(0)
        copy = np.ascontiguousarray(image[5:61, 4:60][:, :: -1 if mirrored else 1])
        pair = [copy, image] if copy_first else [image, copy]
        images = np.stack([thumbnail(one) for one in (*pair, *others)])
        start = find_candidates(images)[0, 1, mirrored]
        first = np.ascontiguousarray(images[0][:, :: -1 if mirrored else 1])
        result = match(first, images[1], start)
        assert result is not None, (mirrored, copy_first)
        assert result.correlation > 0.98, (mirrored, copy_first)
        if not mirrored:  # mirrored versions are not enlarged too
            # The copy is the middle of the image enlarged by 64 / 56, and the start says so.
            zoom = 56 / 64 if copy_first else 64 / 56
            assert start[0, 0] == start[1, 1] == pytest.approx(zoom, abs=0.05)


def test_there_are_far_fewer_than_all_pairs() -> None:
    found = find_candidates(np.stack([thumbnail(picture(seed)) for seed in range(200)]))
    assert len(found) < 100
    assert all(a < b for a, b, _ in found)


def test_pairs_across_a_cut_only() -> None:
    images = np.stack([thumbnail(picture(seed % 40)) for seed in range(100)])
    found = {key[:2] for key in find_candidates(images, cut=30) if not key[2]}
    # Of pictures 0 to 19 there are three, of which the first lies before the cut.
    assert {(n, n + 40) for n in range(30)} | {(n, n + 80) for n in range(20)} <= found
    assert all(a < 30 <= b for a, b in found)


def pictures(number: int, seed: int = 0) -> np.ndarray:
    draw = np.random.default_rng(seed).integers(0, 256, (number, 6, 6), dtype=np.uint8)
    return np.stack([cv2.resize(d, (16, 16), interpolation=cv2.INTER_CUBIC) for d in draw]).astype(
        np.float32
    )


def test_rows_have_mean_0_and_length_1() -> None:
    rows = unit_rows(np.array([[1, 2, 6], [4, 4, 4]], np.float32))
    np.testing.assert_allclose(rows.sum(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 0], atol=1e-6)


def test_spaces_are_orthonormal() -> None:
    spaces = tangent_spaces(details(pictures(5)))
    assert spaces.shape == (5, 7, 196)
    products = spaces @ spaces.transpose(0, 2, 1)
    np.testing.assert_allclose(products, np.broadcast_to(np.eye(7), (5, 7, 7)), atol=0.05)


def test_an_image_agrees_with_itself_and_with_itself_moved() -> None:
    images = pictures(30)
    move = np.float32([[1.03, 0, 0.4], [0, 0.97, -0.4]])
    moved = np.stack([cv2.warpAffine(i, move, (16, 16), borderMode=1) for i in images])
    rows, spaces = inner_rows(details(moved)), tangent_spaces(details(images))
    own, other = np.arange(30), np.roll(np.arange(30), 1)
    np.testing.assert_allclose(
        agreement(inner_rows(details(images)), spaces, own, own), 1, atol=0.01
    )
    same, different = agreement(rows, spaces, own, own), agreement(rows, spaces, own, other)
    plain = (rows * inner_rows(details(images))).sum(axis=1)
    assert (same > plain).all()  # the displacements explain something
    assert same.min() > 0.8 > different.max()


def test_images_without_structure_do_not_break_it() -> None:
    blank = np.zeros((2, 16, 16), np.float32)
    rows, spaces = inner_rows(details(blank)), tangent_spaces(details(blank))
    assert np.abs(agreement(rows, spaces, np.array([0]), np.array([1]))).max() < 1e-3
