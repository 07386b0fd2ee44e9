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


@pytest.mark.parametrize(("value", "pattern"), [(255, 0), (0, N_PATTERNS - 2)])
def test_a_bright_dot_has_no_neighbour_set_and_a_dark_one_all(value, pattern):
    image = np.full((1, 9, 9), 100, np.uint8)
    image[0, 4, 4] = value
    assert lbp_codes(image, 1)[0, 4, 4] == pattern


def test_corners_that_alternate_are_not_uniform():
    image = np.full((1, 9, 9), 100, np.uint8)
    image[0, 3:6:2, 3:6:2] = 0  # the four diagonal neighbours of the centre
    assert lbp_codes(image, 1)[0, 4, 4] == N_PATTERNS - 1


def interior(codes, radius):
    margin = int(np.ceil(radius))
    return codes[..., margin:-margin, margin:-margin]


def test_codes_of_radius_1_are_those_of_scikit_image(textures):
    theirs = np.stack([local_binary_pattern(t, 8, 1, "nri_uniform") for t in textures])
    np.testing.assert_array_equal(interior(lbp_codes(textures, 1), 1), interior(theirs, 1))


@pytest.mark.parametrize("radius", [2, 3, 1.5])
def test_codes_of_other_radii_differ_from_scikit_image_by_ties_only(textures, radius):
    theirs = np.stack([local_binary_pattern(t, 8, radius, "nri_uniform") for t in textures])
    differs = interior(lbp_codes(textures, radius), radius) != interior(theirs, radius)
    assert differs.mean() < 0.005


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


@given(st.sampled_from([2, 3, 0.5]), st.integers(0, 2**32 - 1))
@settings(max_examples=20, derandomize=True, deadline=None)
def test_contrast_leaves_it_alone(factor, seed):
    image = np.random.default_rng(seed).integers(0, 80, (1, 24, 24)).astype(np.float32)
    np.testing.assert_array_equal(lbp_codes(image * factor), lbp_codes(image))


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


@pytest.mark.parametrize("grid", [8, 7, 5, 1])
def test_the_histograms_count_each_cells_codes(textures, grid):
    shares = lbp(textures, 2, grid, root=False).reshape(len(textures), grid, grid, N_PATTERNS)
    np.testing.assert_allclose(shares.sum(axis=3), 1, atol=1e-5)
    codes = lbp_codes(textures, 2)
    edges = [-(-i * 96 // grid) for i in range(grid + 1)]  # where i * grid // 96 steps up
    row, column = grid - 1, grid // 2
    cell = codes[3, edges[row] : edges[row + 1], edges[column] : edges[column + 1]]
    expected = np.bincount(cell.ravel(), minlength=N_PATTERNS) / cell.size
    np.testing.assert_allclose(shares[3, row, column], expected, atol=1e-6)


def test_the_root_is_that_of_the_shares(textures):
    shares, roots = lbp(textures, root=False), lbp(textures, root=True)
    np.testing.assert_allclose(roots**2, shares, atol=1e-6)
    assert roots.dtype == shares.dtype == np.float32
    assert roots.shape == (6, 8 * 8 * 59)


@pytest.mark.parametrize("grid", [0, -1, 25, 96])
def test_a_grid_too_fine_or_none_is_refused(textures, faces, grid):
    with pytest.raises(ValueError, match=f"{grid} x {grid} cells"):
        lbp(textures, grid=grid)
    with pytest.raises(ValueError, match="96 pixels"):
        Lbp(grid=grid).fit(faces)


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
    shares = np.array([np.bincount(c.ravel(), minlength=N_PATTERNS) / c.size for c in cell])
    np.testing.assert_allclose(between[:, :N_PATTERNS], shares, atol=1e-6)
    assert between.shape == (len(textures), 49 * N_PATTERNS)
    np.testing.assert_allclose(between.reshape(-1, 49, N_PATTERNS).sum(axis=2), 1, atol=1e-5)
