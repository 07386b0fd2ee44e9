import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.transform import SimilarityTransform

from happysad.features.faces.align import (
    EYE_X,
    EYE_Y,
    eye_centers,
    eye_line_transform,
    transform_points,
    warp,
)

PIXEL = st.floats(-500, 500, allow_nan=False, width=32)


def test_eye_centres_of_68_points_are_the_means_of_six(drawn):
    np.testing.assert_allclose(eye_centers(drawn), [[-20, 0], [20, 0]], atol=1e-6)


def test_eye_centres_of_5_points_put_the_pictures_left_first():
    # dlib's order: the corners of the eye on the picture's right, those of the left, the nose.
    points = np.array([[70, 40], [60, 42], [20, 40], [30, 44], [45, 60]], np.float32)
    np.testing.assert_array_equal(eye_centers(points), [[25, 42], [65, 41]])


def test_eyes_already_in_place_stay():
    eyes = np.array([[EYE_X, EYE_Y], [1 - EYE_X, EYE_Y]]) * 96 - 0.5
    np.testing.assert_allclose(eye_line_transform(eyes, 96), [[1, 0, 0], [0, 1, 0]], atol=1e-9)


@given(st.tuples(PIXEL, PIXEL), st.tuples(PIXEL, PIXEL), st.sampled_from([48, 96, 131]))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_the_transform_is_a_similarity_that_brings_the_eyes_to_their_places(left, right, size):
    eyes = np.array([left, right], np.float64)
    matrix = eye_line_transform(eyes, size)
    assert np.isfinite(matrix).all()
    if np.hypot(*(eyes[1] - eyes[0])) < 1:
        return
    # A pixel's centre is a whole number: the crop spans -0.5 to size - 0.5.
    target = np.array([[EYE_X, EYE_Y], [1 - EYE_X, EYE_Y]]) * size - 0.5
    np.testing.assert_allclose(eyes @ matrix[:, :2].T + matrix[:, 2], target, atol=1e-6)
    linear = matrix[:, :2]
    np.testing.assert_allclose(linear @ linear.T, np.linalg.det(linear) * np.eye(2), atol=1e-6)
    assert np.linalg.det(linear) > 0  # turned, not mirrored


def test_the_transform_is_that_of_scikit_image():
    eyes = np.array([[30.0, 52.0], [71.0, 40.0]])
    target = np.array([[EYE_X, EYE_Y], [1 - EYE_X, EYE_Y]]) * 96 - 0.5
    expected = SimilarityTransform.from_estimate(eyes, target).params[:2]
    np.testing.assert_allclose(eye_line_transform(eyes, 96), expected, atol=1e-9)


def test_eyes_that_meet_still_give_a_finite_transform():
    matrix = eye_line_transform(np.array([[10.0, 10.0], [10.0, 10.0]]), 96)
    np.testing.assert_array_equal(matrix[:, :2], np.eye(2))


def test_warp_by_the_identity_copies_the_pixels(textures):
    image = textures[0]
    crop = warp(image, np.array([[1.0, 0, 0], [0, 1.0, 0]]), 96)
    np.testing.assert_array_equal(crop, image)
    assert crop.dtype == np.uint8


def test_warp_moves_by_whole_pixels_and_repeats_the_edge(textures):
    image = textures[0]
    crop = warp(image, np.array([[1.0, 0, 10], [0, 1.0, -5]]), 96)
    np.testing.assert_array_equal(crop[:91, 10:], image[5:, :86])
    np.testing.assert_array_equal(crop[:91, 3], image[5:, 0])
    np.testing.assert_array_equal(crop[93, 10:], image[95, :86])


def test_a_ramp_keeps_its_place_and_slope_at_every_scale():
    # Shrinking first must not shift the picture by part of a pixel.
    width = 600
    image = np.tile(np.arange(width) * (255 / width), (width, 1)).round().astype(np.uint8)
    for scale in (0.9, 0.5, 0.4, 0.2, 0.07):
        matrix = np.array([[scale, 0, 3.0], [0, scale, 2.0]])
        crop = warp(image, matrix, 32).astype(float)
        row = (np.arange(32) - 3.0) / scale * (255 / width)
        inside = (row > 8) & (row < 247)
        expected = np.tile(row[inside], (32, 1))
        np.testing.assert_allclose(crop[:, inside], expected, atol=1.5, err_msg=str(scale))


def test_strong_shrinking_averages_instead_of_picking_pixels():
    checks = (np.indices((400, 400)).sum(axis=0) % 2 * 255).astype(np.uint8)
    crop = warp(checks, np.array([[0.1, 0, 0], [0, 0.1, 0]]), 40)
    assert np.abs(crop.astype(int) - 127).max() < 12


def test_transform_points_agrees_with_warp(textures):
    image = np.zeros((120, 120), np.uint8)
    image[70:73, 40:43] = 255  # a dot around (41, 71)
    matrix = eye_line_transform(np.array([[35.0, 60.0], [80.0, 70.0]]), 96)
    spot = transform_points(np.array([[41, 71]], np.float32), matrix)
    assert spot.dtype == np.float32
    rows, columns = np.indices((96, 96))
    weight = warp(image, matrix, 96).astype(float)
    found = (columns * weight).sum() / weight.sum(), (rows * weight).sum() / weight.sum()
    np.testing.assert_allclose(spot[0], found, atol=0.2)
