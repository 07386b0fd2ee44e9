"""Learning a basis from pictures: the arrays, their independence of order, the likeness check."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.experiments.eigenfaces import contrast_normalised, learn, nearest_likeness
from happysad.pipeline.demo_draw import Basis, draw


@pytest.fixture(scope="module")
def frames() -> tuple[np.ndarray, np.ndarray]:
    """30 pictures bright above and 20 bright below, with noise."""
    rng = np.random.default_rng(0)
    classes = np.repeat([0, 1], [30, 20])
    ramp = np.linspace(-60, 60, 96)[:, None]
    signs = np.where(classes == 0, -1, 1)[:, None, None]
    blotches = np.kron(rng.normal(0, 20, (50, 8, 8)), np.ones((12, 12)))
    return np.clip(128 + signs * ramp + blotches, 0, 255).astype(np.uint8), classes


def as_basis(arrays: dict) -> Basis:
    components = arrays["components"] * arrays["scales"][:, None]
    return Basis(arrays["mean"], components, arrays["centers"], arrays["factors"])


def test_arrays(frames: tuple[np.ndarray, np.ndarray]) -> None:
    arrays = learn(*frames, n_components=10)
    assert arrays["components"].dtype == np.int8
    assert arrays["components"].shape == (10, 9216)
    assert arrays["centers"].shape == (2, 10)
    assert arrays["factors"].shape == (2, 10, 10)
    assert not np.triu(arrays["factors"], 1).any()


def test_draws_look_like_their_class(frames: tuple[np.ndarray, np.ndarray]) -> None:
    basis = as_basis(learn(*frames, n_components=10))
    faces = draw(basis, np.arange(40) % 2, np.random.default_rng(0))
    brighter_below = faces[:, 48:].mean(axis=(1, 2)) > faces[:, :48].mean(axis=(1, 2))
    np.testing.assert_array_equal(brighter_below, np.arange(40) % 2 == 1)


def test_same_pictures_same_arrays(frames: tuple[np.ndarray, np.ndarray]) -> None:
    one, two = learn(*frames), learn(*frames)
    for name in one:
        np.testing.assert_array_equal(one[name], two[name])


def test_contrast_normalised() -> None:
    flat = np.full((1, 4, 4), 7, np.uint8)
    steps = np.tile(np.array([0, 200], np.uint8), 8).reshape(1, 4, 4)
    rows = contrast_normalised(np.concatenate([flat, steps]))
    assert not rows[0].any()  # no contrast: nothing to normalise, and no division by 0
    np.testing.assert_allclose(rows[1], np.tile([-1, 1], 8))


def test_likeness_tells_copies(frames: tuple[np.ndarray, np.ndarray]) -> None:
    """A basis without spread draws one picture again and again; among noise it has no double."""
    images, _ = frames
    picture = contrast_normalised(images[:1])[0]
    nothing = np.zeros((1, 9216), np.float32)
    basis = Basis(picture, nothing, np.zeros((2, 1), np.float32), np.zeros((2, 1, 1), np.float32))
    assert nearest_likeness(basis, images, 4).min() > 0.99
    assert nearest_likeness(basis, images[:1, :, ::-1], 4).min() > 0.99
    noise = np.random.default_rng(1).integers(0, 256, (5, 96, 96), dtype=np.uint8)
    assert nearest_likeness(basis, noise, 4).max() < 0.2
