import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.feature import local_binary_pattern

from happysad.features.lbp import N_PATTERNS, Lbp, lbp, lbp_codes


def test_a_flat_image_has_one_pattern():
    # Every neighbour is at least as bright as the centre: all 8 bits.
    codes = lbp_codes(np.full((1, 20, 20), 93, np.uint8))
    assert set(codes.ravel().tolist()) == {N_PATTERNS - 2}


def test_a_ramp_has_one_pattern_inside():
    ramp = np.tile(np.arange(40, dtype=np.uint8) * 5, (40, 1))[None]
    inside = lbp_codes(ramp, 1)[:, 2:-2, 2:-2]
    # Bright on the right, equal above and below: 5 neighbours from 270 to 90 degrees.
    assert len(np.unique(inside)) == 1
    expected = local_binary_pattern(ramp[0], 8, 1, "nri_uniform")[20, 20]
    assert inside[0, 0, 0] == expected


def test_a_bright_dot_has_no_neighbour_set_and_a_dark_one_all():
    image = np.full((1, 9, 9), 100, np.uint8)
    for value, pattern in ((255, 0), (0, N_PATTERNS - 2)):
        image[0, 4, 4] = value
        assert lbp_codes(image, 1)[0, 4, 4] == pattern


def test_corners_that_alternate_are_not_uniform():
    image = np.full((1, 9, 9), 100, np.uint8)
    image[0, 3:6:2, 3:6:2] = 0  # the four diagonal neighbours of the centre
    assert lbp_codes(image, 1)[0, 4, 4] == N_PATTERNS - 1


def test_codes_are_those_of_scikit_image_with_the_edge_repeated(textures, faces):
    noise = np.random.default_rng(0).integers(0, 256, (2, 96, 96), dtype=np.uint8)
    saturated = np.clip(faces.crops.astype(int) * 2, 0, 255).astype(np.uint8)
    for images in (textures, faces.crops, saturated, noise, noise // 50):
        for radius in (1, 2, 3, 1.5, 2.7):
            margin = int(np.ceil(radius))  # ties are rounded by where they lie
            inside = (slice(margin, -margin),) * 2
            padded = [np.pad(image, margin, mode="edge") for image in images]
            theirs = [local_binary_pattern(p, 8, radius, "nri_uniform")[inside] for p in padded]
            np.testing.assert_array_equal(lbp_codes(images, radius), theirs, str(radius))


def test_no_images_have_no_codes_and_no_histograms():
    none = np.zeros((0, 96, 96), np.uint8)
    assert lbp_codes(none).shape == (0, 96, 96)
    assert lbp(none, overlap=True).shape == (0, 113 * N_PATTERNS)


def test_the_border_is_that_of_a_picture_that_goes_on(textures):
    wide = textures[:, :40, :40].copy()
    wide[:, :4], wide[:, :, :4] = wide[:, 4:5], wide[:, :, 4:5]
    one, other = lbp_codes(wide[:, 4:, 4:], 1), lbp_codes(wide, 1)[:, 4:, 4:]
    np.testing.assert_array_equal(one[:, :-1, :-1], other[:, :-1, :-1])


def test_the_patterns_are_58_uniform_ones_and_the_rest(textures):
    noise = np.random.default_rng(0).integers(0, 256, (4, 96, 96), dtype=np.uint8)
    codes = lbp_codes(noise)
    assert codes.dtype == np.uint8
    assert np.unique(codes).tolist() == list(range(N_PATTERNS))


@given(st.integers(-30, 30), st.sampled_from([1, 2, 3]), st.integers(0, 2**32 - 1))
@settings(max_examples=30, derandomize=True, deadline=None)
def test_a_brightness_shift_leaves_it_alone(shift, radius, seed):
    image = np.random.default_rng(seed).integers(30, 226, (1, 24, 24)).astype(np.uint8)
    shifted = (image.astype(int) + shift).astype(np.uint8)
    np.testing.assert_array_equal(lbp_codes(shifted, radius), lbp_codes(image, radius))


@given(st.sampled_from([2, 3]), st.integers(0, 2**32 - 1))
@settings(max_examples=20, derandomize=True, deadline=None)
def test_contrast_leaves_it_alone(factor, seed):
    image = np.random.default_rng(seed).integers(0, 80, (1, 24, 24)).astype(np.uint8)
    np.testing.assert_array_equal(lbp_codes(image * np.uint8(factor), 1), lbp_codes(image, 1))


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, derandomize=True, deadline=None)
def test_mirroring_permutes_the_patterns_of_mirrored_cells(seed):
    image = np.random.default_rng(seed).integers(0, 256, (1, 32, 32), dtype=np.uint8)
    usual = lbp(image, 1, 4).reshape(4, 4, N_PATTERNS)
    mirrored = lbp(image[:, :, ::-1], 1, 4).reshape(4, 4, N_PATTERNS)[:, ::-1]
    np.testing.assert_allclose(
        np.sort(mirrored[..., :-1], axis=2), np.sort(usual[..., :-1], axis=2), atol=1e-6
    )
    np.testing.assert_allclose(mirrored[..., -1], usual[..., -1], atol=1e-6)


def test_the_histograms_count_each_cells_codes(textures):
    codes = lbp_codes(textures, 2)
    for grid in (8, 7, 5, 1):
        rows = lbp(textures, 2, grid, root=False).reshape(len(textures), grid, grid, N_PATTERNS)
        np.testing.assert_allclose(rows.sum(axis=3), 1, atol=1e-5)
        edges = [-(-i * 96 // grid) for i in range(grid + 1)]  # where i * grid // 96 steps up
        row, column = grid - 1, grid // 2
        cell = codes[3, edges[row] : edges[row + 1], edges[column] : edges[column + 1]]
        expected = np.bincount(cell.ravel(), minlength=N_PATTERNS) / cell.size
        np.testing.assert_allclose(rows[3, row, column], expected, atol=1e-6, err_msg=str(grid))


def test_the_root_is_that_of_the_proportions(textures):
    proportions, roots = lbp(textures, root=False), lbp(textures, root=True)
    np.testing.assert_allclose(roots**2, proportions, atol=1e-6)
    assert roots.dtype == proportions.dtype == np.float32
    assert roots.shape == (6, 8 * 8 * 59)


def test_a_grid_too_fine_or_none_is_rejected(textures, faces):
    for grid in (25, 96):
        with pytest.raises(ValueError, match=f"{grid} x {grid} cells is too fine for 96 pixels"):
            lbp(textures, grid=grid)
        with pytest.raises(ValueError, match="too fine for 96 pixels"):
            Lbp(grid=grid).fit(faces)
    for wrong in ({"grid": 0}, {"grid": -1}, {"radius": 0.0}, {"root": "yes"}):
        (name,) = wrong
        with pytest.raises(ValueError, match=f"The '{name}' parameter of Lbp must be"):
            Lbp(**wrong).fit(faces)


def test_a_name_points_at_its_cell_and_pattern():
    image = np.full((1, 96, 96), 100, np.uint8)
    image[0, 30, 66] = 255  # in cell (2, 5): no neighbour is as bright
    names = Lbp(radius=1).get_feature_names_out()
    values = lbp(image, radius=1)[0]
    assert values[names.tolist().index("lbp_cell2.5_pattern0")] > 0
    assert names[values > 0].tolist().count("lbp_cell2.5_pattern0") == 1
    assert sum(name.endswith("_pattern0") for name in names[values > 0]) == 1


def test_the_second_grid_is_shifted_by_half_a_cell(textures):
    size = textures.shape[1]
    half = size // 8 // 2
    both = lbp(textures, overlap=True, root=False)
    first, between = both[:, : 64 * N_PATTERNS], both[:, 64 * N_PATTERNS :]
    np.testing.assert_array_equal(first, lbp(textures, root=False))
    cell = lbp_codes(textures)[:, half : half + size // 8, half : half + size // 8]
    proportions = np.array([np.bincount(c.ravel(), minlength=N_PATTERNS) / c.size for c in cell])
    np.testing.assert_allclose(between[:, :N_PATTERNS], proportions, atol=1e-6)
    assert between.shape == (len(textures), 49 * N_PATTERNS)
    np.testing.assert_allclose(between.reshape(-1, 49, N_PATTERNS).sum(axis=2), 1, atol=1e-5)
