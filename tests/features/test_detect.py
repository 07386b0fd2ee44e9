from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from happysad.features import detect
from happysad.features.align import eye_centers
from happysad.features.detect import (
    Detection,
    Rescaled,
    find_faces,
    find_landmarks,
    full_frame,
    rescaled,
)
from happysad.features.images import to_gray

# Read by eye from the photograph: the pupils, in its pixels.
PUPILS = np.array([[113.0, 101.5], [156.5, 103.5]])
MOUTH_CORNERS = np.array([[110.0, 140.0], [158.0, 139.0]])


@pytest.fixture(scope="module")
def gray(astronaut):
    return to_gray(astronaut)


def test_the_face_is_found_around_eyes_and_mouth(gray):
    face = find_faces(gray)[0]
    left, top, right, bottom = face.box
    inside = np.vstack([PUPILS, MOUTH_CORNERS])
    assert (inside > [left, top]).all()
    assert (inside < [right, bottom]).all()
    assert 60 < right - left < 130
    assert face.score > 0.5


def test_no_face_is_found_where_there_is_none():
    assert find_faces(np.full((100, 120), 128, np.uint8)) == []


def test_the_surest_face_comes_first(gray):
    blurred = cv2.GaussianBlur(gray, (0, 0), 3)
    for pair in ([gray, blurred], [blurred, gray]):
        found = find_faces(np.hstack(pair), -0.5)
        scores = [face.score for face in found]
        assert len(found) >= 2
        assert scores == sorted(scores, reverse=True)
        on_the_right = found[0].box[0] > gray.shape[1]
        assert on_the_right == (pair[1] is gray)


def test_a_lower_threshold_finds_no_less_and_a_high_one_nothing(gray):
    usual, low = find_faces(gray), find_faces(gray, -0.5)
    assert usual[0] in low
    assert all(face.score >= -0.5 for face in low)
    assert find_faces(gray, 50.0) == []


@pytest.mark.parametrize("scale", [0.5, 0.25, 2.0, 6.0])
def test_the_box_is_in_pixels_of_the_image_at_every_size(gray, scale):
    # Small images are enlarged and big ones shrunk before the detector sees them.
    resized = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    box = np.array(find_faces(resized, -0.5)[0].box) / scale
    np.testing.assert_allclose(box, find_faces(gray)[0].box, atol=14)


@pytest.mark.parametrize("shape", [(1, 1), (3, 1500), (700, 2), (80, 80)], ids=str)
def test_images_of_odd_shapes_do_no_harm(shape):
    image = np.full(shape, 90, np.uint8)
    assert find_faces(image) == []
    points = find_landmarks(image, full_frame(image))
    assert points.shape == (68, 2)
    assert np.isfinite(points).all()


def test_the_full_frame_is_about_the_whole_image_and_scoreless():
    face = full_frame(np.zeros((48, 96), np.uint8))
    np.testing.assert_allclose(face.box, [4, 2, 92, 46])
    assert np.isnan(face.score)


@pytest.mark.parametrize(("predictor", "count"), [("68", 68), ("5", 5)])
def test_the_eyes_are_where_a_person_sees_them(gray, predictor, count):
    points = find_landmarks(gray, find_faces(gray)[0], predictor)
    assert points.shape == (count, 2)
    assert points.dtype == np.float32
    np.testing.assert_allclose(eye_centers(points), PUPILS, atol=2)


def test_the_mouth_corners_are_where_a_person_sees_them(gray):
    points = find_landmarks(gray, find_faces(gray)[0])
    np.testing.assert_allclose(points[[48, 54]], MOUTH_CORNERS, atol=6)


@pytest.mark.parametrize("scale", [0.4, 2.0, 6.0])
def test_landmarks_scale_with_the_image(gray, scale):
    # Pixel centres: x in the image is (x + 0.5) * scale - 0.5 in the resized one.
    usual = find_faces(gray)[0]
    resized = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    detection = Detection(tuple(side * scale for side in usual.box), usual.score)
    points = (find_landmarks(resized, detection) + 0.5) / scale - 0.5
    difference = np.abs(points - find_landmarks(gray, usual))
    assert difference.mean() < 1.0


@pytest.mark.parametrize("side", [48, 100, 250, 2000])
def test_a_point_comes_back_to_its_own_pixel_at_every_size(monkeypatch, side):
    # In place of the predictor one that finds the middle of a bright square.
    image = np.zeros((side, side), np.uint8)
    image[side // 3 : side // 3 + 9, side // 2 : side // 2 + 5] = 255

    def middle(seen, box):
        y, x = (np.indices(seen.shape) * (seen / seen.sum())).sum(axis=(1, 2))
        return SimpleNamespace(parts=lambda: [SimpleNamespace(x=x, y=y)])

    monkeypatch.setattr(detect, "shape_predictor", lambda name: middle)
    points = find_landmarks(image, full_frame(image))
    np.testing.assert_allclose(points, [[side // 2 + 2, side // 3 + 4]], atol=0.12)


def test_the_image_is_left_as_it_was(gray):
    before = gray.copy()
    find_landmarks(gray, find_faces(gray)[0])
    np.testing.assert_array_equal(gray, before)


@pytest.mark.parametrize(("side", "longest"), [(48, 192), (192, 192), (700, 700), (2560, 1280)])
def test_an_image_is_brought_to_sizes_that_dlib_sees_well(side, longest):
    seen = rescaled(np.zeros((side // 2, side), np.uint8))
    assert isinstance(seen, Rescaled)
    assert seen.pixels.shape == (longest // 2, longest)
    assert seen.scale == longest / side


@pytest.mark.parametrize("scale", [0.3, 1.0, 3.0])
def test_a_rescaled_image_gives_what_the_image_gives(gray, scale):
    image = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    seen = rescaled(image)
    assert find_faces(seen, -0.5) == find_faces(image, -0.5)
    face = find_faces(image, -0.5)[0]
    for predictor in ("68", "5"):
        points = find_landmarks(seen, face, predictor)
        np.testing.assert_array_equal(points, find_landmarks(image, face, predictor))
