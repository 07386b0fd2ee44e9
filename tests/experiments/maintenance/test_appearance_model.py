"""Learning an appearance model: the arrays, their independence of order, the likeness check."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from happysad.experiments.maintenance.appearance_model import (
    correlations,
    face_mask,
    learn,
    mirrored,
    nearest_similarity,
    normalised,
    softened,
)
from happysad.pipeline.demo.rendering import Basis, draw_codes, faces_of, load_basis

Faces = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def faces() -> Faces:
    """30 textures bright above and 20 bright below, with noise, on scattered landmarks."""
    rng = np.random.default_rng(0)
    classes = np.repeat([0, 1], [30, 20])
    ramp = np.linspace(-60, 60, 64)[:, None]
    signs = np.where(classes == 0, -1, 1)[:, None, None]
    blotches = np.kron(rng.normal(0, 20, (50, 8, 8)), np.ones((8, 8)))
    textures = (128 + signs * ramp + blotches).astype(np.float32)
    mean = load_basis().shape.astype(float)
    mean = (mean + mirrored(mean[None])[0]) / 2
    return mean + rng.normal(0, 1, (50, 68, 2)), textures, classes, mean


def test_arrays(faces: Faces) -> None:
    arrays = learn(*faces, n_components=10, n_parts=3)
    assert arrays["texture_components"].dtype == np.int8
    assert arrays["texture_components"].shape == (10, 4096)
    assert arrays["shape_components"].shape == (10, 136)
    assert arrays["centers"].shape == (2, 3, 10)
    assert arrays["factors"].shape == (2, 10, 10)
    assert not np.triu(arrays["factors"], 1).any()
    np.testing.assert_allclose(arrays["shape"], faces[-1], atol=0.5)
    np.testing.assert_allclose(mirrored(arrays["shape"][None])[0], arrays["shape"], atol=1e-3)


def test_draws_look_like_their_class(faces: Faces, tmp_path: Path) -> None:
    np.savez(tmp_path / "basis.npz", **learn(*faces, n_components=10, n_parts=2))
    basis = load_basis(tmp_path / "basis.npz")
    drawn = faces_of(basis, draw_codes(basis, np.arange(40) % 2, np.random.default_rng(0)))
    brighter_below = drawn[:, 48:].mean(axis=(1, 2)) > drawn[:, :48].mean(axis=(1, 2))
    np.testing.assert_array_equal(brighter_below, np.arange(40) % 2 == 1)


def test_same_pictures_same_arrays(faces: Faces) -> None:
    one, two = (learn(*faces, n_parts=2) for _ in range(2))
    for name in one:
        np.testing.assert_array_equal(one[name], two[name])


def test_normalised_within_the_face(faces: Faces) -> None:
    _, textures, _, mean = faces
    rows = normalised(np.stack([textures[0], np.full((64, 64), 7, np.float32)]), mean)
    inside = rows[0][face_mask(mean)]
    assert inside.mean() == pytest.approx(0, abs=1e-4)
    assert inside.std() == pytest.approx(1, abs=1e-4)
    assert not rows[1].any()  # no contrast: nothing to normalise, and no division by 0


def test_softened_outside_the_face_only(faces: Faces) -> None:
    mean = faces[-1]
    noise = np.random.default_rng(0).normal(0, 0.5, (1, 64, 64)).astype(np.float32)
    soft, mask = softened(noise, mean), face_mask(mean)
    np.testing.assert_allclose(soft[:, mask], noise[:, mask], atol=1e-6)
    assert soft[:, :, 0].std() < 0.5 * noise[:, :, 0].std()
    assert 0.2 < mask.mean() < 0.7


def test_correlations_tell_copies(faces: Faces) -> None:
    """A basis without spread draws one picture again and again; among noise it has no double."""
    shipped = load_basis()
    picture = faces[1][:1]
    nothing = np.zeros((1, 4096), np.float32)
    basis = Basis(
        shape=shipped.shape,
        triangles=shipped.triangles,
        texture=normalised(picture, faces[-1]).ravel(),
        shape_components=nothing[:, :136],
        texture_components=nothing,
        centers=np.zeros((2, 1, 1), np.float32),
        shares=np.ones((2, 1), np.float32),
        factors=np.zeros((2, 1, 1), np.float32),
    )
    usual = shipped.texture.reshape(1, 64, 64)
    noise = np.random.default_rng(1).normal(0, 1, (5, 64, 64)).astype(np.float32)
    drawn = np.repeat(basis.texture.reshape(1, 64, 64), 4, axis=0)
    assert correlations(shipped, drawn, picture).min() > 0.99
    assert correlations(shipped, drawn, picture[:, :, ::-1]).min() > 0.99
    assert (
        correlations(shipped, drawn, drawn + 3 * np.linspace(-1, 1, 64)).min() > 0.9
    )  # side light
    assert correlations(shipped, drawn, usual + noise).max() < 0.3
    copy = shipped.texture + shipped.texture_components[0]
    codes = {"centers": np.array([[[1.0]], [[1.0]]], np.float32)}
    one = {**vars(basis), **codes, "texture": shipped.texture}
    one["texture_components"] = shipped.texture_components[:1]
    assert nearest_similarity(Basis(**one), copy.reshape(1, 64, 64), 4).min() > 0.99
