"""Features split into what a face shares with its mirror image and what turns round."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.features.batch import Faces
from happysad.features.hog import Hog
from happysad.features.landmarks import LandmarkGeometry
from happysad.features.pixels import Pixels
from happysad.pipeline.mirror_halves import MirrorHalves

ORDER = np.array([3, 1, 4, 0, 2, 5])
SIGN = np.array([1, 1, -1, 1, -1, -1], np.float32)


class Turning:
    """Six columns: 0 and 3 change places, 2 and 4 places and signs, 1 stays, 5 turns."""

    def mirror_columns(self, size):
        assert size == 96
        return ORDER, SIGN


@pytest.fixture
def halves():
    return MirrorHalves.of(Turning(), 96, 6)


@pytest.fixture
def rows():
    return np.random.default_rng(0).normal(size=(7, 6)).astype(np.float32)


def test_each_column_is_in_one_of_four_roles(halves):
    assert halves.first.tolist() == [0, 2]
    assert halves.second.tolist() == [3, 4]
    assert halves.sign.tolist() == [1, -1]
    assert halves.fixed.tolist() == [1]
    assert halves.turned.tolist() == [5]


def test_the_halves_of_a_row(halves):
    even, odd = halves.split(np.array([[1, 2, 3, 4, 5, 6]], np.float32))
    root = np.sqrt(0.5)
    np.testing.assert_allclose(even, [[5 * root, -2 * root, 2]], rtol=1e-6)
    np.testing.assert_allclose(odd, [[-3 * root, 8 * root, 6]], rtol=1e-6)
    assert even.dtype == odd.dtype == np.float32


def test_the_mirror_image_has_the_same_even_half_and_the_odd_one_turned(halves, rows):
    even, odd = halves.split(rows)
    even_too, turned = halves.split(rows[:, ORDER] * SIGN)
    np.testing.assert_allclose(even_too, even, atol=1e-6)
    np.testing.assert_allclose(turned, -odd, atol=1e-6)


def test_distances_are_kept(halves, rows):
    whole = np.concatenate(halves.split(rows), axis=1)
    np.testing.assert_allclose(whole @ whole.T, rows @ rows.T, rtol=1e-4, atol=1e-5)


def test_joined_is_a_row_that_is_its_own_mirror_image(halves, rows):
    even, _ = halves.split(rows)
    back = halves.joined(even[0])
    np.testing.assert_allclose(back[ORDER] * SIGN, back, atol=1e-6)
    np.testing.assert_allclose(back, (rows[0] + rows[0][ORDER] * SIGN) / 2, atol=1e-6)
    again, nothing = halves.split(back[None])
    np.testing.assert_allclose(again[0], even[0], atol=1e-6)
    np.testing.assert_allclose(nothing, 0, atol=1e-6)


def test_the_rows_are_left_as_they_were(halves, rows):
    before = rows.copy()
    halves.split(rows)
    np.testing.assert_array_equal(rows, before)


def test_no_rows_have_halves_too(halves):
    even, odd = halves.split(np.zeros((0, 6), np.float32))
    assert even.shape == (0, 3)
    assert odd.shape == (0, 3)


@pytest.mark.parametrize("extractor", [Hog(), LandmarkGeometry()], ids=repr)
def test_of_a_real_descriptor_the_mirror_image_turns_the_odd_half(extractor, mouths, mirrored):
    faces, _ = mouths(3, size=96)
    points = np.random.default_rng(3).uniform(10, 80, (3, 68, 2)).astype(np.float32)
    faces = Faces(faces.crops, points, faces.boxes, faces.scores, faces.status, faces.keys)
    rows = extractor.transform(faces)
    halves = MirrorHalves.of(extractor, 96, rows.shape[1])
    even, odd = halves.split(rows)
    even_too, turned = halves.split(extractor.transform(mirrored(faces)))
    np.testing.assert_allclose(even_too, even, atol=1e-4)
    np.testing.assert_allclose(turned, -odd, atol=1e-4)
    assert np.abs(odd).max() > 0.1


def test_where_the_mirror_image_is_not_known_all_is_even(mouths):
    rows = Pixels(4).transform(mouths(3)[0])
    even, odd = MirrorHalves.of(Pixels(4), 32, 16).split(rows)
    np.testing.assert_array_equal(even, rows)
    assert odd.shape == (3, 0)
