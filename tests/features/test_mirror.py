import numpy as np

from happysad.features.batch import Faces
from happysad.features.faces import FaceAligner
from happysad.features.landmarks import EXPRESSIONS, normalised_shape
from happysad.features.mirror import mirrored


def test_crops_are_flipped_and_landmarks_go_with_them(faces, mirror):
    other = mirrored(faces)
    np.testing.assert_array_equal(other.crops, faces.crops[:, :, ::-1])
    # Pixel 0 becomes pixel 95, and the other side's number.
    np.testing.assert_allclose(other.landmarks, mirror(faces.landmarks) + [95, 0], atol=1e-4)
    assert other.landmarks.dtype == np.float32


def test_left_is_left_again(faces):
    landmarks = mirrored(faces).landmarks
    for left, right in ((0, 16), (17, 26), (36, 45), (39, 42), (31, 35), (48, 54), (60, 64)):
        assert (landmarks[:, left, 0] < landmarks[:, right, 0]).all()
    assert (landmarks[:, 37, 1] < landmarks[:, 41, 1]).all()  # the upper lid is the upper lid
    assert (landmarks[:, 51, 1] < landmarks[:, 57, 1]).all()


def test_the_expression_stays(faces):
    usual, other = (normalised_shape(f.landmarks) for f in (faces, mirrored(faces)))
    for name, expression in EXPRESSIONS.items():
        np.testing.assert_allclose(expression(other), expression(usual), atol=1e-5, err_msg=name)


def test_it_is_what_the_mirrored_photo_gives(astronaut):
    usual, other = FaceAligner().transform([astronaut, astronaut[:, ::-1]])
    assert np.abs(mirrored(usual).landmarks - other.landmarks).mean() < 1.2
    assert np.corrcoef(mirrored(usual).crops.ravel(), other.crops.ravel())[0, 1] > 0.95


def test_twice_is_the_original_but_for_the_keys(faces):
    twice = mirrored(mirrored(faces))
    np.testing.assert_allclose(twice.landmarks, faces.landmarks, atol=1e-4)
    np.testing.assert_array_equal(twice.crops, faces.crops)


def test_keys_are_unknown_so_that_nobodys_cached_features_are_taken(faces):
    before = faces.keys.copy()
    assert mirrored(faces).keys.tolist() == [""] * len(faces)
    assert faces.keys.tolist() == before.tolist()


def test_the_rest_stays(faces):
    other = mirrored(faces)
    for name in ("boxes", "scores", "status"):
        np.testing.assert_array_equal(getattr(other, name), getattr(faces, name))


def test_no_faces_and_faces_without_landmarks():
    assert len(mirrored(Faces.empty(96))) == 0
    assert np.isnan(mirrored(Faces.unreadable(96)).landmarks).all()


def test_colour_crops_are_flipped_left_to_right(astronaut):
    (face,) = FaceAligner(color=True).transform([astronaut])
    np.testing.assert_array_equal(mirrored(face).crops[0], np.fliplr(face.crops[0]))
