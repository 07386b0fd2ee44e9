import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.feature import hog as skimage_hog

from happysad.features.hog import Hog, hog, hog_length

SIZE = 96


def ramp(degrees, step=2.0):
    """Grey values that grow towards ``degrees`` (x to the right, y down), and in no other way."""
    y, x = np.indices((1, SIZE, SIZE))[1:]
    turn = np.deg2rad(degrees)
    return step * (np.cos(turn) * x + np.sin(turn) * y)


def by_bin(images, bins, **options):
    """Sum over the inner blocks, whose cells have no border pixel, by orientation."""
    k = SIZE // 12 - 1
    values = hog(images, 12, 2, bins, **options).reshape(len(images), k, k, 4, bins)
    return values[:, 1:-1, 1:-1].sum(axis=(1, 2, 3))


def test_a_flat_image_is_all_zeros():
    assert not hog(np.full((2, SIZE, SIZE), 77, np.uint8)).any()


@pytest.mark.parametrize("degrees", [10, 70, 130, 190, 250, 330])
def test_a_ramp_has_all_its_gradients_in_the_bin_of_its_direction(degrees):
    # 18 signed bins of 20 degrees: the middle of bin b is at 20 b + 10.
    sums = by_bin(ramp(degrees), 18)[0]
    assert sums.argmax() == (degrees - 10) // 20
    assert sums.max() > 0.99 * sums.sum()
    hard = by_bin(ramp(degrees), 18, interpolate=False)[0]
    assert np.flatnonzero(hard).tolist() == [(degrees - 10) // 20]


def test_a_gradient_between_two_bins_is_shared_by_its_nearness():
    sums = by_bin(ramp(35), 18)[0]
    # A quarter of the way from the middle of bin 1 (30) to that of bin 2 (50): 3 to 1.
    assert sorted(np.argsort(sums)[-2:]) == [1, 2]
    histogram = hog(ramp(35), 12, 1, 18).reshape(8, 8, 18)[4, 4]
    raw = np.array([0.75, 0.25])
    clipped = np.minimum(raw / np.linalg.norm(raw), 0.2)  # L2-Hys cuts both to the same
    np.testing.assert_allclose(histogram[1:3], clipped / np.linalg.norm(clipped), atol=1e-2)


def test_unsigned_bins_do_not_tell_dark_to_bright_from_bright_to_dark():
    there, back = ramp(50), ramp(230)
    unsigned = by_bin(there, 9, signed=False), by_bin(back, 9, signed=False)
    np.testing.assert_allclose(*unsigned, atol=1e-3)
    assert by_bin(there, 18).argmax() == 2
    assert by_bin(back, 18).argmax() == 11


def test_the_shares_of_the_cells_in_a_block_follow_their_contrast():
    image = np.zeros((1, 24, 24))
    image[:, :, 12:] = ramp(0)[:, :24, :12]  # only the right cells of the one block have edges
    cells = hog(image, 12, 2, 18).reshape(2, 2, 18)
    assert cells[:, 1].sum() > 10 * cells[:, 0].sum()


def test_each_block_has_length_one_and_no_number_dominates(textures):
    blocks = hog(textures).reshape(-1, 4 * 18)
    np.testing.assert_allclose(np.linalg.norm(blocks, axis=1), 1, atol=1e-4)
    assert blocks.min() >= 0


@pytest.mark.parametrize(
    ("cell", "block", "bins"),
    [(8, 2, 9), (12, 2, 9), (8, 3, 8), (10, 1, 12), (12, 2, 18), (7, 2, 4), (96, 1, 9)],
)
def test_it_agrees_with_scikit_image(textures, cell, block, bins):
    ours = hog(textures, cell, block, bins, signed=False, interpolate=False)
    theirs = [
        skimage_hog(image.astype(float), bins, (cell, cell), (block, block)) for image in textures
    ]
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_interpolation_changes_little_but_something(textures):
    soft = hog(textures, signed=False, bins=9)
    hard = hog(textures, signed=False, bins=9, interpolate=False)
    assert np.corrcoef(soft.ravel(), hard.ravel())[0, 1] > 0.8
    assert np.abs(soft - hard).max() > 0.01


@given(st.floats(0.3, 3.0), st.integers(-60, 60), st.integers(0, 5))
@settings(max_examples=25, derandomize=True, deadline=None)
def test_contrast_and_brightness_leave_it_nearly_alone(textures, contrast, shift, which):
    image = textures[which : which + 1].astype(np.float32)
    changed = image * np.float32(contrast) + np.float32(shift)
    np.testing.assert_allclose(hog(changed), hog(image), atol=2e-2)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, derandomize=True, deadline=None)
def test_mirroring_mirrors_cells_and_directions(seed):
    image = np.random.default_rng(seed).integers(0, 256, (1, 48, 48), dtype=np.uint8)
    bins = 18
    usual = hog(image, 12, 1, bins).reshape(4, 4, bins)
    mirrored = hog(image[:, :, ::-1], 12, 1, bins).reshape(4, 4, bins)
    # A direction a becomes 180 - a: bin b becomes 8 - b.
    expected = usual[:, ::-1][..., (bins // 2 - 1 - np.arange(bins)) % bins]
    np.testing.assert_allclose(mirrored, expected, atol=5e-3)


def test_pixels_beyond_the_last_whole_cell_do_not_count(textures):
    changed = textures.copy()
    changed[:, -5:] //= 2  # 96 = 6 * 14 + 12
    changed[:, :, -5:] //= 2
    np.testing.assert_array_equal(hog(changed, 14), hog(textures, 14))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_whole_numbers_and_floats_give_the_same(textures, dtype):
    values = hog(textures.astype(dtype))
    assert values.dtype == np.float32
    np.testing.assert_array_equal(values, hog(textures))


def test_the_length_is_that_of_the_formula(textures):
    for cell, block, bins in ((12, 2, 18), (8, 3, 9), (20, 1, 5)):
        assert hog(textures, cell, block, bins).shape == (6, hog_length(96, cell, block, bins))
    assert hog_length(96, 12, 2, 18) == 7 * 7 * 4 * 18


@pytest.mark.parametrize(("cell", "block"), [(97, 1), (48, 3)])
def test_a_block_that_does_not_fit_is_refused(textures, cell, block):
    with pytest.raises(ValueError, match=f"{block} cells of {cell} pixels exceeds 96"):
        hog(textures, cell, block)


@pytest.mark.parametrize("settings", [(0, 2, 18), (12, 0, 18), (12, 2, 0), (-4, 2, 18)], ids=str)
def test_settings_of_nothing_are_refused(textures, settings):
    with pytest.raises(ValueError, match="are 1 or more"):
        hog(textures, *settings)


def test_the_transformer_refuses_settings_at_fit(faces):
    with pytest.raises(ValueError, match="2 cells of 60 pixels exceeds 96"):
        Hog(cell=60).fit(faces)


def test_names_say_block_cell_and_bin():
    names = Hog(bins=2).get_feature_names_out()
    assert names[0] == "hog_block0.0_cell0.0_bin0"
    assert names[-1] == "hog_block6.6_cell7.7_bin1"


def test_a_name_points_at_its_cell():
    # Only cell (2, 5) has an edge: the columns that are not 0 name that cell.
    image = np.zeros((1, SIZE, SIZE), np.uint8)
    image[0, 24 + 4 : 24 + 8, 60 + 4 : 60 + 8] = 255
    names = np.array(Hog().get_feature_names_out())
    loud = names[hog(image)[0] > 0]
    assert len(loud) > 0
    assert all("cell2.5" in name for name in loud)
