from __future__ import annotations

import cv2
import numpy as np
import pytest

from happysad.pipeline.duplicates.ecc_alignment import CORRELATION, DETAIL, match, thumbnail


def picture(seed: int, side: int = 96) -> np.ndarray:
    blotches = np.random.default_rng(seed).integers(0, 256, (9, 9), dtype=np.uint8)
    return cv2.resize(blotches, (side, side), interpolation=cv2.INTER_CUBIC)


def compared(one: np.ndarray, two: np.ndarray, mirrored: bool = False):
    first, second = thumbnail(one), thumbnail(two)
    assert first is not None
    assert second is not None
    return match(first, second, np.eye(2, 3), mirrored)


def test_a_thumbnail_does_not_know_contrast_and_size() -> None:
    image = picture(0)
    thumb = thumbnail(image)
    assert (thumb.shape, thumb.dtype) == ((48, 48), np.uint8)
    dull = (image // 3 + 50).astype(np.uint8)
    assert np.corrcoef(thumb.ravel(), thumbnail(dull).ravel())[0, 1] > 0.99
    large = cv2.resize(image, (192, 192), interpolation=cv2.INTER_NEAREST)
    np.testing.assert_allclose(thumb.astype(int), thumbnail(large).astype(int), atol=3)
    assert thumb.std() > 60  # the whole range of greys is used


def test_a_blank_image_has_none() -> None:
    for value in (0, 128, 255):
        assert thumbnail(np.full((50, 60), value, np.uint8)) is None, value
    almost = np.full((50, 60), 100, np.uint8)
    almost[::2] += 1
    assert thumbnail(almost) is None


def test_the_same_picture_moved_a_little() -> None:
    image = picture(1)
    same = compared(image, image)
    assert same == pytest.approx((1.0, 1.0, False), abs=1e-4)
    found = compared(image, image[3:93, 4:94])
    assert found.correlation > 0.98
    assert found.detail > 0.95


def test_other_pictures_do_not_match() -> None:
    assert all(compared(picture(1), picture(seed)) is None for seed in range(2, 40))


def test_what_agrees_only_when_blurred_does_not_match() -> None:
    """Two faces are light and dark in the same places; that is not the same picture."""
    base = cv2.GaussianBlur(picture(3, 48).astype(np.float32), (0, 0), 4)
    noise = np.random.default_rng(0).normal(0, 25, (2, 48, 48)).astype(np.float32)
    one, two = (np.clip(base + cv2.GaussianBlur(n, (0, 0), 1) * 2, 0, 255) for n in noise)
    smooth = [cv2.GaussianBlur(i, (0, 0), 2).ravel() for i in (one, two)]
    assert np.corrcoef(*smooth)[0, 1] > CORRELATION
    assert compared(one.astype(np.uint8), two.astype(np.uint8)) is None
    assert DETAIL < 1


def test_mirrored_is_noted() -> None:
    assert compared(picture(4), picture(4), mirrored=True).mirrored
