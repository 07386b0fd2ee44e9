"""The basis on disk and the draws from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from happysad.features.errors import UserError
from happysad.pipeline.demo_draw import BASIS_FILE, SPREAD, Basis, draw, load_basis, photographed


def test_the_shipped_basis_is_small_and_whole() -> None:
    basis = load_basis()
    assert BASIS_FILE.stat().st_size <= 4e6
    k = len(basis.components)
    assert basis.mean.shape == (96 * 96,)
    assert basis.components.shape == (k, 96 * 96)
    assert basis.centers.shape == (2, k)
    assert basis.factors.shape == (2, k, k)
    # Eigenfaces are orthonormal, up to what rounding to a byte leaves.
    np.testing.assert_allclose(basis.components @ basis.components.T, np.eye(k), atol=0.02)


def test_missing_basis(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.npz is missing or damaged"):
        load_basis(tmp_path / "none.npz")


@pytest.mark.parametrize("content", [b"", b"no zip at all", BASIS_FILE.read_bytes()[:50_000]])
def test_damaged_basis(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "basis.npz"
    file.write_bytes(content)
    with pytest.raises(UserError, match="missing or damaged"):
        load_basis(file)


def test_draws_follow_the_gaussians() -> None:
    """Two eigenfaces of one pixel each: pixel values are the codes."""
    components = np.zeros((2, 96 * 96), np.float32)
    components[0, 0] = components[1, 1] = 1
    factor = np.array([[2, 0], [1, 1]], np.float32)
    basis = Basis(
        np.zeros(96 * 96, np.float32),
        components,
        np.array([[5, 0], [-5, 0]], np.float32),
        np.stack([factor, np.eye(2, dtype=np.float32)]),
    )
    faces = draw(basis, np.arange(1000) % 2, np.random.default_rng(0)).reshape(1000, -1)
    happy, sad = faces[::2, :2], faces[1::2, :2]
    np.testing.assert_allclose(happy.mean(axis=0), [5, 0], atol=0.4)
    np.testing.assert_allclose(sad.mean(axis=0), [-5, 0], atol=0.2)
    np.testing.assert_allclose(np.cov(happy.T) / SPREAD**2, factor @ factor.T, atol=0.6)
    assert not faces[:, 2:].any()


def test_a_picture_has_the_size_asked_for() -> None:
    face = load_basis().mean.reshape(96, 96)
    for size in (48, 96, 200):
        picture = photographed(face, np.random.default_rng(0), size, 1.0)
        assert picture.shape == (size, size)
        assert picture.dtype == np.uint8
        assert picture.std() > 20
