from __future__ import annotations

import cv2
import numpy as np

from happysad.pipeline.duplicates.tangent_distance import (
    agreement,
    details,
    inner_rows,
    tangent_spaces,
    unit_rows,
)


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
