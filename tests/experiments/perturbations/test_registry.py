"""Changes of images: what each does to the pixels, that it repeats, and that it scales."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.experiments.perturbations.registry import (
    CHANGES,
    SHIFT,
    LocatedFace,
    changed_image,
    locate_face,
    moved_box,
)
from happysad.features.faces.detector import Detection
from happysad.pipeline.demo.demo_faces import make_demo_faces

OF_IMAGES = [change for change in CHANGES if change != SHIFT]


@pytest.fixture(scope="module")
def image():
    return make_demo_faces(4, random_state=0)[0][0]


@pytest.fixture(scope="module")
def face(image) -> LocatedFace:
    return locate_face(image, -0.5)


def square_face(side: int) -> LocatedFace:
    """A face of 3/4 of a square image, eyes a quarter of it apart, the mouth below."""
    points = np.zeros((68, 2), np.float32)
    points[36:42], points[42:48], points[48:68] = (3, 3), (5, 3), (4, 6)
    low, high = side / 8, side * 7 / 8
    return LocatedFace(Detection((low, low, high, high), 1.0), points * side / 8)


def difference(one, other) -> float:
    return float(np.abs(one.astype(float) - other).mean())


@pytest.mark.parametrize("change", OF_IMAGES)
def test_strengths_go_from_mild_to_strong(change, image, face):
    kept = image.copy()
    changed = [changed_image(image, change, s, face) for s in CHANGES[change].strengths]
    assert len(changed) == 5
    assert all(one.shape == image.shape and one.dtype == np.uint8 for one in changed)
    gone = [difference(one, image) for one in changed]
    assert gone[0] > 0
    assert gone == sorted(gone)
    assert (image == kept).all()


@pytest.mark.parametrize("change", OF_IMAGES)
def test_the_same_image_is_changed_in_the_same_way(change, image, face):
    strength = CHANGES[change].strengths[2]
    one, two = (changed_image(image.copy(), change, strength, face) for _ in range(2))
    assert (one == two).all()


@pytest.mark.parametrize("change", OF_IMAGES)
def test_colour_is_changed_like_grey(change, image, face):
    strength = CHANGES[change].strengths[1]
    color = changed_image(np.repeat(image[..., None], 3, axis=2), change, strength, face)
    assert color.shape == (*image.shape, 3)
    assert difference(color[..., 0], color[..., 2]) < 2
    if change not in ("noise", "rotate"):  # these draw by content
        gray = changed_image(image, change, strength, face)
        assert difference(color[..., 1], gray) < 2


def test_what_is_drawn_differs_from_image_to_image(image, face):
    other = image.copy()
    other[0, 0] ^= 1
    one, two = (changed_image(i, "noise", 0.1, face) for i in (image, other))
    assert difference(one, two) > 5
    one, two = (moved_box(i, 0.1, face).box for i in (image, other))
    assert one != two


def test_light_is_multiplied_and_cut_off():
    image = np.array([[0, 10, 101, 200]], np.uint8)
    face = square_face(8)
    assert changed_image(image, "dark", 0.9, face).tolist() == [[0, 1, 10, 20]]
    assert changed_image(image, "bright", 2.0, face).tolist() == [[0, 20, 202, 255]]


def test_noise_has_the_sigma_asked_for():
    gray = np.full((200, 200), 128, np.uint8)
    for side in (48, 384):  # of the face: grains of one pixel and of several
        noisy = changed_image(gray, "noise", 0.1, square_face(side))
        assert noisy.std() == pytest.approx(25.5, rel=0.06)
        assert noisy.mean() == pytest.approx(128, abs=2)


@pytest.mark.parametrize("change", ["blur", "small", "cover eyes", "cover mouth"])
def test_a_strength_means_the_same_at_any_resolution(change):
    """A picture twice as large, changed and shrunk, is the picture changed."""
    import cv2

    ramp = (np.add.outer(np.arange(64), 2 * np.arange(64)) + 20).astype(np.uint8)
    ramp[20:30, 30:50] = 240
    large = np.repeat(np.repeat(ramp, 2, axis=0), 2, axis=1)
    strength = {"blur": 0.05, "small": 12.0}.get(change, 1.0)
    one = changed_image(ramp, change, strength, square_face(64))
    two = cv2.resize(
        changed_image(large, change, strength, square_face(128)), (64, 64),
        interpolation=cv2.INTER_AREA,
    )  # fmt: skip
    assert difference(one, ramp) > 0.5
    assert difference(one, two) < 0.25 * difference(one, ramp)


def test_small_faces_are_not_enlarged(image):
    assert changed_image(image, "small", 32.0, square_face(40)) is image
    assert difference(changed_image(image, "small", 8.0, square_face(40)), image) > 1


def test_a_patch_lies_on_the_mouth_and_follows_the_turn_of_the_face():
    image = np.full((80, 80), 50, np.uint8)
    image[40:] = 150
    covered = changed_image(image, "cover mouth", 1.0, square_face(80))
    changed = np.argwhere(covered != image)
    assert changed.mean(axis=0) == pytest.approx([60, 40], abs=1)
    assert np.ptp(changed, axis=0) + 1 == pytest.approx([0.8 * 20, 1.3 * 20], abs=2)
    assert set(np.unique(covered[covered != image])) == {100}

    upright = square_face(80)
    turned = LocatedFace(upright.detection, upright.points[:, ::-1].copy())
    again = changed_image(image.T.copy(), "cover mouth", 1.0, turned)
    assert difference(again, covered.T) < 2


def test_eyes_and_mouth_are_found_on_a_built_in_face(image, face):
    eyes, mouth = (changed_image(image, f"cover {w}", 1.0, face) for w in ("eyes", "mouth"))
    rows = [np.argwhere(covered != image)[:, 0].mean() for covered in (eyes, mouth)]
    assert rows[0] < face.center[1] < rows[1]


def test_turning_is_about_the_face(image, face):
    turned = changed_image(image, "rotate", 60.0, face)
    x, y = (round(value) for value in face.center)
    assert abs(int(turned[y, x]) - int(image[y, x])) < 12


def test_a_box_is_moved_by_a_share_of_its_width(image):
    face = square_face(80)
    moved = moved_box(image, 0.3, face)
    shift = np.subtract(moved.box, face.detection.box)
    assert shift[:2] == pytest.approx(shift[2:])
    assert np.hypot(*shift[:2]) == pytest.approx(0.3 * 60)
    assert moved.score == face.detection.score


def test_an_image_without_a_face_can_be_changed_too():
    flat = np.full((40, 60), 90, np.uint8)
    face = locate_face(flat, 0.6)
    assert not face.detection.found
    assert face.detection.score < 0.6
    for change in OF_IMAGES:
        assert changed_image(flat, change, CHANGES[change].strengths[-1], face).shape == (40, 60)


def test_an_unknown_change_is_an_error(image, face):
    with pytest.raises(ValueError, match="no change"):
        changed_image(image, SHIFT, 0.1, face)
