from types import SimpleNamespace

import cv2
import dlib
import numpy as np
import pytest
from skimage import data

from happysad.features.faces import detector as detect
from happysad.features.faces.align import eye_centers
from happysad.features.faces.detector import (
    MIN_SCORE,
    Detection,
    Rescaled,
    find_faces,
    find_landmarks,
    find_one_face,
    full_frame,
    rescaled,
)
from happysad.utils.image_decoding import read_image, to_gray

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
    assert 0.8 < face.score <= 1
    assert face.found


def test_no_face_is_found_where_there_is_none():
    names = ("coffee", "rocket", "brick", "moon", "gravel", "chelsea", "text", "grass", "coins")
    for name in names:
        picture = to_gray(getattr(data, name)())
        assert find_faces(picture) == [], name
        one = find_one_face(picture)
        assert not one.found, name
        assert 0 <= one.score < MIN_SCORE, name
        assert one == full_frame(picture, one.score), name


def test_only_the_astronauts_face_is_found_and_not_her_badge():
    (face,) = find_faces(to_gray(data.astronaut()))
    np.testing.assert_allclose(face.box, [175, 75, 268, 168], atol=3)
    others = find_faces(to_gray(data.astronaut()), 0.0)[1:]
    assert others  # or the scores would tell nothing
    assert all(found.score < 0.3 for found in others)
    assert find_one_face(to_gray(data.astronaut())) == face


def test_how_small_a_face_may_be():
    """Pixels of the face's box; the head is pasted on grey."""
    head = to_gray(data.astronaut())[20:230, 120:330]
    for side, missed, found, *min_face in (
        (350, 32, 52), (640, 32, 64), (2560, 64, 112),
        (350, 20, 32, 30), (2560, 32, 64, 60), (2560, 16, 56, 1), (2560, 112, 220, 200),
    ):  # fmt: skip
        for width in (missed, found):
            scale = width / 93
            small = cv2.resize(head, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            picture = np.full((side * 3 // 4, side), 120, np.uint8)
            picture[50 : 50 + len(small), 60 : 60 + len(small[0])] = small
            there = find_faces(picture, MIN_SCORE, *min_face)
            assert len(there) == (width == found), (side, width, min_face)


def test_what_is_searched_follows_from_the_smallest_face(monkeypatch):
    given = []
    yunet = SimpleNamespace(setInputSize=given.append, detect=lambda pixels: (0, None))
    monkeypatch.setattr(detect, "face_detector", lambda: yunet)
    for side, min_face, searched in (
        (48, None, 192), (48, 200, 192), (350, None, 160), (350, 30, 288), (350, 8, 350),
        (512, None, 256), (1280, None, 576), (4000, None, 640), (4000, 50, 1280), (4000, 400, 224),
    ):  # fmt: skip
        find_faces(np.zeros((side // 2, side), np.uint8), MIN_SCORE, min_face)
        assert given[-1] == (searched, searched // 2), (side, min_face)


def test_the_photographer_is_found_once():
    (face,) = find_faces(data.camera())
    left, top, right, bottom = face.box
    assert 200 < left < 230 < 250 < right < 280
    assert 120 < top < 140 < 175 < bottom < 200


def test_nothing_is_found_in_a_flat_picture():
    assert find_faces(np.full((100, 120), 128, np.uint8)) == []
    assert find_one_face(np.full((100, 120), 128, np.uint8)).score == 0


def test_the_boxes_are_those_that_dlibs_own_detector_draws(gray):
    """On which its landmark predictors were trained."""
    face = find_faces(gray)[0]
    theirs = dlib.get_frontal_face_detector()(gray)[0]
    box = theirs.left(), theirs.top(), theirs.right() + 1, theirs.bottom() + 1
    np.testing.assert_allclose(face.box, box, atol=0.13 * theirs.width())  # its steps are 1.2


def test_the_most_confident_face_comes_first(gray):
    blurred = cv2.GaussianBlur(gray, (0, 0), 3)
    for pair in ([gray, blurred], [blurred, gray]):
        found = find_faces(np.hstack(pair), 0.3)
        scores = [face.score for face in found]
        assert len(found) >= 2
        assert scores == sorted(scores, reverse=True)
        on_the_right = found[0].box[0] > gray.shape[1]
        assert on_the_right == (pair[1] is gray)


def test_a_lower_score_finds_no_less_and_a_high_one_nothing(gray):
    usual, low = find_faces(gray), find_faces(gray, 0.1)
    assert usual[0] in low
    assert all(0.1 <= face.score <= 1 for face in low)
    assert find_faces(gray, 0.99) == []
    one = find_one_face(gray, 0.99)
    assert one == full_frame(gray, usual[0].score)
    assert not one.found


def test_the_box_is_in_pixels_of_the_image_at_every_size(gray):
    # Small images are enlarged and big ones shrunk before the detector sees them.
    for scale in (0.5, 0.25, 2.0, 6.0):
        resized = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        box = np.array(find_faces(resized)[0].box) / scale
        np.testing.assert_allclose(box, find_faces(gray)[0].box, atol=14, err_msg=str(scale))


def test_images_of_odd_shapes_do_no_harm():
    for shape in ((1, 1), (3, 1500), (700, 2), (80, 80), (14, 700), (1500, 40), (33, 4000)):
        image = np.full(shape, 90, np.uint8)
        noise = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
        assert find_faces(image) == find_faces(noise) == [], shape
        points = find_landmarks(image, full_frame(image))
        assert points.shape == (68, 2), shape
        assert np.isfinite(points).all(), shape


def test_the_full_frame_is_about_the_whole_image_and_not_found():
    face = full_frame(np.zeros((48, 96), np.uint8))
    np.testing.assert_allclose(face.box, [4, 2, 92, 46])
    assert (face.score, face.found) == (0.0, False)


def test_the_eyes_are_where_a_person_sees_them(gray):
    for predictor in ("68", "5"):
        points = find_landmarks(gray, find_faces(gray)[0], predictor)
        assert points.shape == (int(predictor), 2)
        assert points.dtype == np.float32
        np.testing.assert_allclose(eye_centers(points), PUPILS, atol=2, err_msg=predictor)


def test_the_mouth_corners_are_where_a_person_sees_them(gray):
    points = find_landmarks(gray, find_faces(gray)[0])
    np.testing.assert_allclose(points[[48, 54]], MOUTH_CORNERS, atol=6)


def test_landmarks_scale_with_the_image(gray):
    # Pixel centres: x in the image is (x + 0.5) * scale - 0.5 in the resized one.
    usual = find_faces(gray)[0]
    for scale in (0.4, 2.0, 6.0):
        resized = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        detection = Detection(tuple(side * scale for side in usual.box), usual.score)
        points = (find_landmarks(resized, detection) + 0.5) / scale - 0.5
        assert np.abs(points - find_landmarks(gray, usual)).mean() < 1.0, scale


def test_a_point_comes_back_to_its_own_pixel_at_every_size(monkeypatch):
    # In place of the predictor one that finds the middle of a bright square.
    def middle(image, box):
        y, x = (np.indices(image.shape) * (image / image.sum())).sum(axis=(1, 2))
        return SimpleNamespace(parts=lambda: [SimpleNamespace(x=x, y=y)])

    monkeypatch.setattr(detect, "shape_predictor", lambda name: middle)
    for side in (48, 100, 250, 2000):
        image = np.zeros((side, side), np.uint8)
        image[side // 3 : side // 3 + 9, side // 2 : side // 2 + 5] = 255
        points = find_landmarks(image, full_frame(image))
        expected = [[side // 2 + 2, side // 3 + 4]]
        np.testing.assert_allclose(points, expected, atol=0.12, err_msg=str(side))


def test_the_image_is_left_as_it_was(gray):
    before = gray.copy()
    find_landmarks(gray, find_faces(gray)[0])
    np.testing.assert_array_equal(gray, before)


def test_an_image_is_brought_to_sizes_that_faces_are_found_at():
    for side, longest in ((48, 192), (192, 192), (700, 700), (2560, 1280)):
        small = rescaled(np.zeros((side // 2, side), np.uint8))
        assert isinstance(small, Rescaled)
        assert small.pixels.shape == (longest // 2, longest)
        assert small.scale == longest / side


def test_a_rescaled_image_gives_what_the_image_gives(gray):
    for scale in (0.3, 1.0, 3.0):
        image = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        small, faces = rescaled(image), find_faces(image)
        assert find_faces(small) == faces, scale
        assert find_one_face(small) == find_one_face(image) == faces[0], scale
        blank = np.zeros_like(image)
        box = find_one_face(rescaled(blank)).box
        np.testing.assert_allclose(box, full_frame(blank).box, atol=0.1, err_msg=str(scale))
        for predictor in ("68", "5"):
            points = find_landmarks(small, faces[0], predictor)
            np.testing.assert_array_equal(points, find_landmarks(image, faces[0], predictor))


@pytest.mark.slow
@pytest.mark.real
def test_almost_all_of_the_real_faces_are_found(shared_data):
    """98% of all 1,473; every third of them here."""
    folder = shared_data / "fer2013" / "test"
    files = [sorted((folder / label).glob("PrivateTest_*")) for label in ("happy", "sad")]
    paths = [path for part in files for path in part[::3]]
    assert len(paths) > 450
    found = [find_one_face(to_gray(read_image(path))).found for path in paths]
    assert np.mean(found) >= 0.97
