import cv2
import numpy as np
import pytest

from happysad.features.faces.align import eye_centers
from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.box_refinement import box_around, refine_box
from happysad.features.faces.detector import (
    Detection,
    find_faces,
    find_landmarks,
    full_frame,
    rescaled,
)
from happysad.utils.image_decoding import read_image, to_gray

NOSE_BELOW = 0.7
"""Of the drawn face: how far below the eyes the nose ends, in distances between the eyes."""

FRAMES = [
    (slice(70, 190), slice(70, 190)),
    (slice(60, 180), slice(80, 200)),
    (slice(50, 200), slice(60, 210)),
]


def five(between=40.0, middle=(100.0, 90.0), turn=0.0):
    """Corners of the right eye, of the left one (as dlib numbers them), and the nose's base."""
    z = np.array([0.7, 0.3, -0.7, -0.3, NOSE_BELOW * 1j]) * np.exp(1j * np.deg2rad(turn)) * between
    return (np.stack([z.real, z.imag], axis=1) + middle).astype(np.float32)


@pytest.fixture(params=FRAMES, ids=str)
def crop(request, astronaut):
    """A tight crop of 48x48 pixels, differently framed, in which the detector finds the face."""
    cut = np.ascontiguousarray(to_gray(astronaut)[request.param])
    return cv2.resize(cut, (48, 48), interpolation=cv2.INTER_AREA)


def eyes_in(small, detection):
    return eye_centers(find_landmarks(small, detection, "5"))


def middle_and_side(box):
    left, top, right, bottom = box
    assert right - left == pytest.approx(bottom - top)
    return np.array([left + right, top + bottom]) / 2, right - left


def test_the_box_of_a_drawn_face():
    middle, side = middle_and_side(box_around(five(), 120, 120))
    np.testing.assert_allclose(middle, [84, 84])  # as far right and down as it may lie
    assert side == pytest.approx(40 * (1.571 + 1.079 * NOSE_BELOW), rel=1e-3)
    middle, side = middle_and_side(box_around(five(middle=(60, 50)), 120, 120))
    np.testing.assert_allclose(middle, [60, 50 + 0.569 * 40 * NOSE_BELOW], rtol=1e-4)


def test_the_box_moves_grows_and_leans_with_the_face():
    usual, side = middle_and_side(box_around(five(middle=(100, 90)), 200, 200))
    moved, same = middle_and_side(box_around(five(middle=(110, 84)), 200, 200))
    np.testing.assert_allclose(moved - usual, [10, -6], atol=1e-3)
    assert same == pytest.approx(side)
    twice = middle_and_side(box_around(2 * five(middle=(100, 90)), 400, 400))
    np.testing.assert_allclose(twice[0], 2 * usual, rtol=1e-5)
    assert twice[1] == pytest.approx(2 * side)
    leaning, same = middle_and_side(box_around(five(middle=(100, 90), turn=90), 200, 200))
    assert leaning[0] < 100  # the nose lies to the left of the eyes
    assert leaning[1] == pytest.approx(90, abs=1e-3)
    assert same == pytest.approx(side)


def test_points_that_are_no_face_give_a_box_of_a_likely_size_and_place():
    for between, expected in ((1.0, 50), (400.0, 110)):
        middle, side = middle_and_side(box_around(five(between, (500, -300)), 100, 80))
        assert side == pytest.approx(expected)
        np.testing.assert_allclose(middle, [70, 24])
    points = np.zeros((5, 2), np.float32)  # all in one place
    assert middle_and_side(box_around(points, 100, 80))[1] == pytest.approx(50)


def test_it_is_nearer_to_the_detectors_box_than_the_whole_crop_is(crop):
    small, whole = rescaled(crop), full_frame(crop)
    found = np.array(find_faces(small, 0.3)[0].box)
    better = refine_box(small, whole)
    assert better.score == whole.score == 0
    assert np.abs(better.box - found).sum() < 0.75 * np.abs(whole.box - found).sum()


def test_the_eyes_lie_where_the_detectors_box_puts_them(crop):
    small = rescaled(crop)
    found = eyes_in(small, find_faces(small, 0.3)[0])
    between = np.hypot(*(found[1] - found[0]))
    off = [
        eyes_in(small, box) - found
        for box in (full_frame(crop), refine_box(small, full_frame(crop)))
    ]
    off = np.linalg.norm(off, axis=2).max(axis=1) / between
    assert off[1] < 0.015
    assert off[1] <= off[0]


def test_a_rough_box_is_good_enough(crop):
    small, found = rescaled(crop), find_faces(rescaled(crop), 0.3)[0]
    expected = refine_box(small, found).box
    left, top, right, bottom = found.box
    shifted = Detection((left + 3, top - 3, right + 3, bottom - 3), 0.25)
    again = refine_box(small, shifted)
    assert again.score == 0.25
    np.testing.assert_allclose(again.box, expected, atol=1.5)


def test_the_image_may_be_of_any_size(astronaut):
    gray = to_gray(astronaut)[60:180, 80:200]
    large = cv2.resize(gray, (2400, 2400), interpolation=cv2.INTER_LINEAR)
    small, big = (refine_box(rescaled(one), full_frame(one)).box for one in (gray, large))
    np.testing.assert_allclose(np.array(big) / 20, small, atol=0.05 * 120)


def test_where_there_is_no_face_the_box_is_finite():
    for shape in ((1, 1), (64, 80), (2, 500)):
        flat = np.full(shape, 127, np.uint8)
        box = refine_box(rescaled(flat), full_frame(flat)).box
        assert np.isfinite(box).all(), shape
        assert 0.49 * max(shape) < box[2] - box[0] < 1.11 * max(shape), shape


def test_the_aligner_refines_what_the_detector_misses_and_nothing_else(crop, monkeypatch):
    import happysad.features.faces.aligner as module

    calls = []
    monkeypatch.setattr(
        module, "refine_box", lambda small, box: calls.append(1) or refine_box(small, box)
    )
    found = FaceAligner().transform([crop])
    assert not calls
    missed = FaceAligner(detector=False).transform([crop])
    assert len(calls) == 1
    assert (found.status[0], missed.status[0]) == ("detected", "full_frame")
    assert missed.boxes.tolist() == [[2, 2, 46, 46]]  # what was taken for a face, not what fits it
    assert np.corrcoef(found.crops.ravel(), missed.crops.ravel())[0, 1] > 0.97


@pytest.mark.slow
@pytest.mark.real
def test_on_real_faces_the_landmarks_are_those_of_the_detectors_box(shared_data):
    """Of 706 training faces the eyes were off by 0.011 (median), and by 0.046 in the worst tenth
    (0.088 from the box of the whole crop)."""
    off = []
    for label in ("happy", "sad"):
        files = sorted((shared_data / "fer2013" / "train" / label).glob("*.png"))
        for path in files[:: len(files) // 120]:
            gray = to_gray(read_image(path))
            small = rescaled(gray)
            if not (faces := find_faces(small, 0.3)):
                continue
            found, whole = eyes_in(small, faces[0]), full_frame(gray)
            others = [eyes_in(small, box) for box in (whole, refine_box(small, whole))]
            between = np.hypot(*(found[1] - found[0]))
            off.append(np.linalg.norm(np.array(others) - found, axis=2).mean(axis=1) / between)
    assert len(off) > 150
    assert np.median(off, axis=0)[1] < 0.015
    before, after = np.quantile(off, 0.9, axis=0)
    assert after < 0.8 * before
