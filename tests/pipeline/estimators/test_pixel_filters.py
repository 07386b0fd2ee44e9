"""Pixels under changes, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.pipeline.estimators import pixel_filters as changes

GRAY = np.arange(0, 240, 5, dtype=np.uint8).reshape(6, 8)


def test_gain_is_rounded_and_cut_off():
    assert changes.scaled(np.array([[0, 3, 200]], np.uint8), 1.5).tolist() == [[0, 4, 255]]


def test_blur_keeps_a_flat_image_and_spreads_a_point():
    flat = np.full((9, 9), 80, np.uint8)
    assert (changes.blurred(flat, 2.0) == 80).all()
    point = np.zeros((41, 41), np.uint8)
    point[20, 20] = 255
    spread = changes.blurred(point, 1.0).astype(float)
    variance = (spread.sum(axis=0) * (np.arange(41) - 20) ** 2).sum() / spread.sum()
    assert variance == pytest.approx(1.0, rel=0.15)


def test_grains_of_noise_are_blocks():
    flat = np.full((12, 12), 128, np.uint8)
    noisy = changes.noisy(flat, 20.0, 3.0, np.random.default_rng(0))
    blocks = noisy.reshape(4, 3, 4, 3)
    assert (blocks == blocks[:, :1, :, :1]).all()
    assert len(np.unique(noisy)) > 8


def test_channels_get_the_same_noise():
    noisy = changes.noisy(np.full((8, 8, 3), 128, np.uint8), 20.0, 1.0, np.random.default_rng(0))
    assert (noisy == noisy[..., :1]).all()


def test_a_turn_of_90_degrees_is_that_of_numpy():
    square = np.arange(25, dtype=np.uint8).reshape(5, 5) * 10
    assert (changes.rotated(square, 90.0, (2, 2)) == np.rot90(square)).all()


def test_jpeg_of_high_quality_changes_little():
    smooth = np.add.outer(np.arange(32), np.arange(32)).astype(np.uint8)
    good, bad = (changes.through_jpeg(smooth, q).astype(int) for q in (95, 5))
    assert abs(good - smooth).mean() < 1 < abs(bad - smooth).mean()


def test_shrinking_to_one_pixel_leaves_the_mean():
    assert changes.shrunk(GRAY, 0.1).tolist() == np.full((6, 8), round(GRAY.mean())).tolist()
    assert changes.shrunk(GRAY, 1.0) is GRAY


def test_a_patch_covers_its_corners_and_nothing_else():
    corners = np.array([[1, 2], [4, 2], [4, 3], [1, 3]], float)
    result = changes.covered(GRAY, [corners], [7.0])
    inside = np.zeros((6, 8), bool)
    inside[2:4, 1:5] = True
    assert (result[inside] == 7).all()
    assert (result[~inside] == GRAY[~inside]).all()
    assert GRAY[2, 1] != 7
