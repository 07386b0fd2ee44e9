"""Warping an image from some vertices to others."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.pipeline.demo.rendering import load_basis
from happysad.pipeline.demo.warping import rescaled, warp, with_border

SQUARE = np.array([[-0.5, -0.5], [39.5, -0.5], [-0.5, 39.5], [39.5, 39.5]], np.float32)
MESH = np.array([[0, 1, 4], [1, 3, 4], [3, 2, 4], [2, 0, 4]], np.uint8)


def with_middle(x: float, y: float) -> np.ndarray:
    return np.concatenate([SQUARE, np.array([[x, y]], np.float32)])


def test_the_same_vertices_change_nothing() -> None:
    image = np.add.outer(np.arange(40.0) ** 2, np.arange(40.0))
    warped = warp(image, with_middle(19, 19), with_middle(19, 19), MESH, 40)
    np.testing.assert_allclose(warped[4:-4, 4:-4], image[4:-4, 4:-4], atol=2)


def test_a_spot_goes_where_its_vertex_goes() -> None:
    image = np.zeros((40, 40), np.float32)
    image[15:18, 11:14] = 1
    warped = warp(image, with_middle(12, 16), with_middle(20, 22), MESH, 40)
    y, x = np.unravel_index(warped.argmax(), warped.shape)
    assert abs(x - 20) <= 1
    assert abs(y - 22) <= 1


def test_triangles_without_area_are_harmless() -> None:
    image = np.random.default_rng(0).random((40, 40), np.float32)
    for target in (with_middle(-0.5, -0.5), with_middle(50, 20)):  # on a corner, outside
        assert np.abs(warp(image, with_middle(19, 19), target, MESH, 40)).max() < 2


def test_pixel_centres() -> None:
    np.testing.assert_allclose(
        rescaled(np.array([[-0.5, 0], [95.5, 1]]), 0.5), [[-0.5, -0.25], [47.5, 0.25]]
    )


def test_the_mesh_covers_the_frame() -> None:
    shape = load_basis().shape
    vertices = with_border(shape, 96)
    np.testing.assert_array_equal(vertices[:68], shape)
    np.testing.assert_array_equal(vertices.min(axis=0), [-0.5, -0.5])
    np.testing.assert_array_equal(vertices.max(axis=0), [95.5, 95.5])
    a, b, c = (vertices[load_basis().triangles[:, i]].astype(float) for i in range(3))
    one, other = b - a, c - a
    area = np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]).sum() / 2
    assert area == pytest.approx(96 * 96, abs=1)
