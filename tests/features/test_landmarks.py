import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from happysad.features.faces.face_batch import Faces
from happysad.features.landmarks import (
    EXPRESSIONS,
    PAIRED,
    LandmarkGeometry,
    landmark_geometry,
    normalised_shape,
)

SEED = st.integers(0, 2**32 - 1)
PROPERTY = settings(max_examples=40, derandomize=True, deadline=None)


def shaken(drawn, seed, n=2):
    """Faces like the drawn one, each point moved by a few pixels."""
    return drawn + np.random.default_rng(seed).normal(0, 1.5, (n, 68, 2))


def measure(drawn, name):
    return float(EXPRESSIONS[name](normalised_shape(drawn[None]))[0])


def moved(drawn, points, dx=0.0, dy=0.0):
    other = drawn.copy()
    other[points] += [dx, dy]
    return other


def test_the_drawn_face_is_normalised_by_its_eyes(drawn):
    shape = normalised_shape(drawn[None])
    assert shape.dtype == np.float64
    np.testing.assert_allclose(shape[0], drawn / 40, atol=1e-12)


@given(
    SEED,
    st.floats(-180, 180),
    st.floats(0.1, 20),
    st.floats(-500, 500),
    st.floats(-500, 500),
)
@PROPERTY
def test_place_size_and_turn_leave_the_shape_alone(drawn, seed, degrees, scale, dx, dy):
    faces = shaken(drawn, seed)
    turn = np.exp(1j * np.deg2rad(degrees)) * scale
    z = faces @ [1, 1j] * turn + dx + 1j * dy
    there = np.stack([z.real, z.imag], axis=2)
    np.testing.assert_allclose(normalised_shape(there), normalised_shape(faces), atol=1e-9)
    np.testing.assert_allclose(landmark_geometry(there), landmark_geometry(faces), atol=1e-5)


@given(SEED)
@PROPERTY
def test_mirroring_mirrors_the_shape_and_leaves_the_expression_alone(drawn, mirror, seed):
    faces = shaken(drawn, seed)
    shape, mirrored = normalised_shape(faces), normalised_shape(mirror(faces))
    np.testing.assert_allclose(mirrored, mirror(shape), atol=1e-9)
    for name, expression in EXPRESSIONS.items():
        np.testing.assert_allclose(expression(mirrored), expression(shape), atol=1e-9, err_msg=name)


@given(SEED)
@PROPERTY
def test_mirroring_mirrors_the_slopes(drawn, mirror, seed):
    faces = shaken(drawn, seed)
    names = LandmarkGeometry().get_feature_names_out().tolist()
    usual, other = landmark_geometry(faces), landmark_geometry(mirror(faces))
    mirrored_points = mirror(np.stack([np.arange(68.0)] * 2, axis=1)[None])[0, :, 1].astype(int)
    for i, j in [(48, 54), (17, 36), (21, 62), (8, 31), (4, 66)]:
        a, b = mirrored_points[[i, j]]
        direct, swapped = f"slope_{a}_{b}", f"slope_{b}_{a}"
        # The slope from i to j and from j to i are the same line read in opposite directions.
        sign = 1 if direct in names else -1
        column = names.index(direct if direct in names else swapped)
        np.testing.assert_allclose(
            other[:, column], sign * usual[:, names.index(f"slope_{i}_{j}")], atol=1e-5
        )


def test_each_measure_grows_with_what_it_names_by_its_share_of_the_eyes_distance(drawn):
    for name, points, dx, dy in (
        ("mouth_corner_lift", [48, 54], 0, -6),
        ("mouth_width", [54], 6, 0),
        ("mouth_width", [48], -6, 0),
        ("mouth_opening", [66], 0, 6),
        ("lip_upper_curve", [51], 0, 6),
        ("lip_lower_curve", [57], 0, 6),
        ("nose_to_corners", [48, 54], 0, 6),
        ("mouth_to_chin", [8], 0, 6),
        ("brow_height", list(range(17, 27)), 0, -6),
        ("brow_inner_lift", [21, 22], 0, -6),
        ("brow_gap", [22], 6, 0),
        ("mouth_slant", [48], 0, 6),
        ("mouth_slant", [54], 0, 6),
    ):
        grown = measure(moved(drawn, points, dx, dy), name) - measure(drawn, name)
        assert grown == pytest.approx(6 / 40), (name, points)


def test_eye_opening_is_the_mean_height_of_the_lids(drawn):
    assert measure(drawn, "eye_opening") == pytest.approx(8 / 40)


def test_a_smile_lifts_the_corners_and_a_sad_mouth_drops_them(drawn):
    smile, sad = moved(drawn, [48, 54], dy=-8), moved(drawn, [48, 54], dy=8)
    lift = [measure(face, "mouth_corner_lift") for face in (sad, drawn, smile)]
    assert lift == sorted(lift)


def test_every_measure_is_tested_and_in_its_column(drawn):
    names = LandmarkGeometry().get_feature_names_out().tolist()
    row = landmark_geometry(drawn[None])[0]
    for name in EXPRESSIONS:
        assert row[names.index(name)] == pytest.approx(measure(drawn, name), abs=1e-6)


def test_coordinates_and_slopes_are_in_the_columns_of_their_names(drawn):
    names = LandmarkGeometry().get_feature_names_out().tolist()
    row = landmark_geometry(drawn[None])[0]
    assert row[names.index("landmark_30_y")] == pytest.approx(24 / 40)
    assert row[names.index("landmark_48_x")] == pytest.approx(-20 / 40)
    assert row[names.index("slope_48_54")] == pytest.approx(0, abs=1e-6)
    across, down = np.abs(drawn[36] - drawn[48]) / 40
    assert row[names.index("slope_36_48")] == pytest.approx(-np.arctan2(down, across + 0.02))


def test_the_length_is_that_of_the_docstring(drawn):
    pairs = len(PAIRED) * (len(PAIRED) - 1) // 2
    assert landmark_geometry(drawn[None]).shape == (1, 136 + len(EXPRESSIONS) + pairs)
    assert landmark_geometry(drawn[None], slopes=False).shape == (1, 136 + len(EXPRESSIONS))


def test_slopes_are_angles(drawn):
    slopes = landmark_geometry(shaken(drawn, 0, 20))[:, 136 + len(EXPRESSIONS) :]
    assert np.abs(slopes).max() <= np.pi / 2


def test_points_that_meet_stay_finite():
    assert np.isfinite(landmark_geometry(np.zeros((1, 68, 2)))).all()


def test_no_faces_give_no_rows():
    assert landmark_geometry(np.zeros((0, 68, 2))).shape == (0, 1579)


def test_faces_of_the_5_point_predictor_are_rejected_with_what_to_do(as_faces):
    faces = as_faces(np.zeros((2, 96, 96), np.uint8))
    with pytest.raises(ValueError, match=r"no landmarks: align them with .*predictor='68'"):
        LandmarkGeometry().transform(faces)


def test_an_unreadable_face_is_all_zeros_and_its_neighbours_as_ever(faces):
    mixed = Faces.concatenate([faces[:1], Faces.unreadable(96), faces[1:2]])
    rows = LandmarkGeometry().transform(mixed)
    assert not rows[1].any()
    np.testing.assert_array_equal(rows[[0, 2]], LandmarkGeometry().transform(faces[:2]))
