"""The basis on disk and the draws from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from happysad.pipeline.demo.rendering import (
    BASIS_FILE,
    CLARITY,
    MAX_DRAW,
    SPREAD,
    Basis,
    class_means,
    draw_codes,
    faces_of,
    load_basis,
    photographed,
)
from happysad.pipeline.demo.warping import with_border
from happysad.utils.errors import UserError


def test_the_shipped_basis_is_small_and_whole() -> None:
    basis = load_basis()
    assert BASIS_FILE.stat().st_size <= 3e6
    k, m = len(basis.texture_components), basis.centers.shape[1]
    assert basis.shape.shape == (68, 2)
    assert basis.texture.shape == (64 * 64,)
    assert basis.shape_components.shape == (k, 136)
    assert basis.texture_components.shape == (k, 64 * 64)
    assert basis.centers.shape == (2, m, k)
    assert basis.factors.shape == (2, k, k)
    np.testing.assert_allclose(basis.shares.sum(axis=1), 1, atol=1e-5)
    assert (basis.shares > 0.02).all()  # no centre is of a few faces only
    assert basis.triangles.max() == len(with_border(basis.shape, 96)) - 1


def test_missing_basis(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.npz is missing or damaged"):
        load_basis(tmp_path / "none.npz")


def test_damaged_basis(tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"no zip at all", BASIS_FILE.read_bytes()[:50_000])):
        file = tmp_path / f"{number}.npz"
        file.write_bytes(content)
        with pytest.raises(UserError, match="missing or damaged"):
            load_basis(file)


def small(**changes: np.ndarray) -> Basis:
    """The shipped shape with two components: a pixel each, and the second opens the mouth."""
    basis = load_basis()
    pixels = np.zeros((2, 64 * 64), np.float32)
    pixels[0, 0] = pixels[1, 1] = 1
    opening = np.zeros((2, 68, 2), np.float32)
    opening[1, [*range(55, 60), 65, 66, 67], 1] = 1
    arrays = {
        "texture": np.zeros(64 * 64, np.float32),
        "shape_components": opening.reshape(2, -1),
        "texture_components": pixels,
        "centers": np.array([[[5, 0], [15, 0]], [[-5, 0], [-5, 0]]], np.float32),
        "shares": np.array([[0.75, 0.25], [0.5, 0.5]], np.float32),
        "factors": np.stack([np.array([[2, 0], [1, 1]]), np.eye(2)]).astype(np.float32),
    }
    return replace(basis, **{**arrays, **changes})


def test_draws_follow_the_mixtures() -> None:
    codes = draw_codes(small(), np.arange(4000) % 2, np.random.default_rng(0))
    happy, sad = codes[::2], codes[1::2]
    means = class_means(small())
    np.testing.assert_allclose(means, [[7.5, 0], [-5, 0]])
    towards = (1 - CLARITY) * (means.mean(axis=0) - means)
    np.testing.assert_allclose(happy.mean(axis=0), means[0] + towards[0], atol=0.3)
    np.testing.assert_allclose(sad.mean(axis=0), means[1] + towards[1], atol=0.1)
    far = happy[:, 0] > 10 + towards[0, 0]
    assert far.mean() == pytest.approx(0.25, abs=0.03)
    factor = small().factors[0]
    cut = 0.92  # what is left of a Gaussian's variance, cut at two deviations on each side
    covariance = np.cov(happy[~far].T) / SPREAD**2
    np.testing.assert_allclose(covariance, cut * factor @ factor.T, atol=0.4)
    assert np.abs(sad - means[1] - towards[1]).max() <= SPREAD * MAX_DRAW + 1e-5


def test_the_texture_follows_the_shape() -> None:
    """Dark inside of the lips: it grows as the second component opens the mouth."""
    import cv2

    basis = load_basis()
    texture = np.ones((64, 64), np.float32)
    inner = np.rint((basis.shape[60:] + 0.5) * 64 / 96 - 0.5).astype(np.int32)
    cv2.fillPoly(texture, [inner], 0.0)
    basis = small(texture=texture.ravel(), texture_components=np.zeros((2, 64 * 64), np.float32))
    codes = np.array([[0, 0], [0, 8], [0, -6]], np.float32)
    usual, opened, crossed = (1 - faces_of(basis, codes)).sum(axis=(1, 2))
    assert opened > 1.5 * usual
    assert 0 <= crossed < usual  # lips the wrong way round are closed


def test_a_picture_has_the_size_asked_for() -> None:
    basis = load_basis()
    (face,) = faces_of(basis, class_means(basis)[:1])
    for size in (48, 96, 200):
        picture = photographed(face, np.random.default_rng(0), size, 1.0)
        assert picture.shape == (size, size)
        assert picture.dtype == np.uint8
        assert picture.std() > 20
