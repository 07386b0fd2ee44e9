"""pipeline/cnn/preprocessing.py: the same bytes as torch's resizing."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from happysad.pipeline.cnn.preprocessing import check_channels, resizing_matrix, to_bytes
from happysad.utils.errors import UserError


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


def test_agrees_with_torch() -> None:
    torch = pytest.importorskip("torch")
    sizes = [(96, 48), (96, 96), (128, 48), (96, 37), (48, 128), (150, 8)]
    for (before, after), color in product(sizes, (False, True)):
        crops = noise(5, before, before, 3) if color else noise(5, before, before)
        planes = np.moveaxis(crops, 3, 1) if color else crops[:, None]
        expected = torch.nn.functional.interpolate(
            torch.tensor(planes).float(), (after, after), mode="bilinear", antialias=True
        )
        expected = expected.round().clamp(0, 255).to(torch.uint8).numpy()
        got = to_bytes(crops, after)
        assert got.shape == (5, 3 if color else 1, after, after)
        assert got.dtype == np.uint8
        differ = np.abs(got.astype(int) - expected)
        assert differ.max() <= 1, (before, after, color)
        assert (differ > 0).mean() < 5e-3  # a half is rounded up or down as the last bit falls
        if (before, after) == (96, 48):  # eighths, but on the border: exact in either arithmetic
            assert differ[..., 1:-1, 1:-1].max() == 0


def test_weights_of_a_row_sum_to_one_and_halving_is_known() -> None:
    for before, after in ((96, 48), (96, 31), (20, 128)):
        np.testing.assert_allclose(resizing_matrix(before, after).sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(resizing_matrix(96, 48)[5, 9:13], np.array([1, 3, 3, 1]) / 8)


def test_flat_stays_flat_and_nothing_stays_nothing() -> None:
    assert (to_bytes(np.full((300, 96, 96), 77, np.uint8), 41) == 77).all()
    assert to_bytes(np.zeros((0, 96, 96, 3), np.uint8), 48).shape == (0, 3, 48, 48)


def test_halving_averages_and_equal_sizes_change_nothing() -> None:
    crops = noise(300, 24, 24)
    np.testing.assert_array_equal(to_bytes(crops, 24)[:, 0], crops)
    means = crops.reshape(300, 12, 2, 12, 2).mean((2, 4))
    assert np.corrcoef(to_bytes(crops, 12).ravel(), means.ravel())[0, 1] > 0.9


def test_read_only_and_strided_crops_are_taken() -> None:
    crops = np.zeros((4, 32, 32), np.uint8)[::-1]
    crops.setflags(write=False)
    assert to_bytes(crops, 16).shape == (4, 1, 16, 16)


def test_the_crops_are_copied_and_left_alone() -> None:
    crops = noise(2, 16, 16)
    copy = crops.copy()
    to_bytes(crops, 16)[:] = 0
    np.testing.assert_array_equal(crops, copy)


def test_channels_must_match() -> None:
    check_channels(noise(2, 8, 8), 1)
    check_channels(noise(2, 8, 8, 3), 3)
    with pytest.raises(UserError, match="takes grey crops and was given colour ones"):
        check_channels(noise(2, 8, 8, 3), 1)
    with pytest.raises(UserError, match="takes colour crops and was given grey ones"):
        check_channels(noise(2, 8, 8), 3)
