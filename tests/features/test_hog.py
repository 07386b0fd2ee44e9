import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.feature import hog as skimage_hog

from happysad.features.hog import Hog, block_count, hog

SIZE = 96


def ramp(dx, dy):
    """Grey values that grow by ``dx`` a pixel to the right and by ``dy`` down, and so only."""
    y, x = np.indices((SIZE, SIZE)) - SIZE // 2
    return (dx * x + dy * y + 128)[None].astype(np.uint8)


def by_place(rows, bins, block=2, cell=12):
    """Rows as (n, block column, block row, cell column, cell row, bin)."""
    k = SIZE // cell - block + 1
    return rows.reshape(len(rows), k, k, block, block, bins)


def by_bin(image, bins, signed=True):
    """Sum over the inner blocks, whose cells have no border pixel, by orientation."""
    return by_place(hog(image, bins=bins, signed=signed), bins)[0, 1:-1, 1:-1].sum((0, 1, 2, 3))


def test_a_flat_image_is_all_zeros():
    assert not hog(np.full((2, SIZE, SIZE), 77, np.uint8)).any()


# y grows downwards, so an angle is one from the right towards the bottom.
def test_a_ramp_has_all_its_gradients_in_the_bins_of_its_direction():
    for step in ((2, 0), (0, 2), (1, 1), (-2, 0), (0, -1), (-1, 1), (1, -1)):
        degrees = np.degrees(np.arctan2(step[1], step[0])) % 360
        for signed, around in ((True, 360), (False, 180)):
            # The middle of bin b is at (b + 1/2) / 18 of the whole turn; two neighbours share.
            at = degrees % around * 18 / around - 0.5
            low, share = int(np.floor(at)), at % 1
            sums = by_bin(ramp(*step), 18, signed)
            expected = {b % 18 for b, s in ((low, 1 - share), (low + 1, share)) if s > 0.02}
            found = set(np.flatnonzero(sums > 5e-3 * sums.sum()))  # OpenCV's arctan errs
            assert found == expected, (step, signed)


def test_a_gradient_between_two_bins_is_shared_by_its_nearness():
    # One block of all cells, so that no number is large enough to be clipped. 45 degrees among
    # 9 signed bins of 40: 0.625 of the way from the middle of bin 0 (20) to that of bin 1 (60).
    for step, bins, low, share in (((1, 1), 9, 0, 0.625), ((1, 1), 18, 1, 0.75)):
        inner = hog(ramp(*step), 12, 8, bins).reshape(8, 8, bins)[1:3, 1:3].reshape(-1, bins)
        shares = inner / inner.sum(axis=1, keepdims=True)
        expected = np.zeros(bins)
        expected[[low, low + 1]] = 1 - share, share
        np.testing.assert_allclose(shares, np.tile(expected, (4, 1)), atol=0.01)


def test_unsigned_bins_do_not_tell_dark_to_bright_from_bright_to_dark():
    there, back = ramp(1, 1), ramp(-1, -1)
    unsigned = by_bin(there, 9, signed=False), by_bin(back, 9, signed=False)
    np.testing.assert_allclose(*unsigned, atol=1e-3)
    assert by_bin(there, 18).argmax() == 2
    assert by_bin(back, 18).argmax() == 11


def test_the_shares_of_the_cells_in_a_block_follow_their_contrast():
    image = np.zeros((1, 24, 24), np.uint8)
    image[:, :, 17:] = 200  # one edge, nearer to the middle of the right cells
    cells = hog(image).reshape(2, 2, 18).sum(axis=(1, 2))  # column, row, bin
    assert cells[0] > 0
    assert cells[1] > 3 * cells[0]


def test_each_block_has_length_one_and_no_number_dominates(textures):
    blocks = hog(textures).reshape(-1, 4 * 18)
    np.testing.assert_allclose(np.linalg.norm(blocks, axis=1), 1, atol=5e-3)
    assert np.linalg.norm(blocks, axis=1).max() <= 1
    assert blocks.min() >= 0
    assert blocks.max() < 0.75


def plain_block(image, top, left, cell, bins):
    """One block of 2 x 2 cells, by Dalal and Triggs's definition, one pixel at a time."""
    side, gray = 2 * cell, image.astype(float)
    cells = np.zeros((2, 2, bins))  # column, row
    for i in range(side):
        for j in range(side):
            y, x = top + i, left + j
            dx, dy = gray[y, x + 1] - gray[y, x - 1], gray[y + 1, x] - gray[y - 1, x]
            weight = np.exp(-((i - cell) ** 2 + (j - cell) ** 2) / (2 * (side / 4) ** 2))
            at = np.arctan2(dy, dx) % (2 * np.pi) * bins / (2 * np.pi) - 0.5
            for b in (0, 1):
                for r in (0, 1):
                    for c in (0, 1):
                        share = max(0, 1 - abs((i + 0.5) / cell - 0.5 - r))
                        share *= max(0, 1 - abs((j + 0.5) / cell - 0.5 - c))
                        share *= at % 1 if b else 1 - at % 1
                        bin = int(np.floor(at) + b) % bins
                        cells[c, r, bin] += np.hypot(dx, dy) * weight * share
    clipped = np.minimum(cells / (np.linalg.norm(cells) + 0.1 * cells.size), 0.2)
    return clipped / (np.linalg.norm(clipped) + 1e-3)


def test_a_block_is_what_the_plain_definition_says(textures):
    for cell, bins in ((12, 18), (8, 9)):
        rows = by_place(hog(textures, cell, 2, bins), bins, cell=cell)
        for which, (r, c) in enumerate([(1, 2), (5, 3), (2, 5)]):
            expected = plain_block(textures[which], r * cell, c * cell, cell, bins)
            np.testing.assert_allclose(rows[which, c, r], expected, atol=2e-3)


def test_where_and_how_edges_run_is_what_scikit_image_says(textures):
    """It shares nothing among neighbouring bins and cells, so only nearly."""
    for cell in (8, 12, 16):
        k = SIZE // cell
        for image, row in zip(textures, hog(textures, cell, 1, 9, signed=False), strict=True):
            theirs = skimage_hog(image.astype(float), 9, (cell, cell), (1, 1))
            ours = row.reshape(k, k, 9).swapaxes(0, 1)  # rows first
            shifted = [np.roll(ours, 1, 2), np.roll(ours, -1, 2)]
            others = [ours.swapaxes(0, 1), ours[..., ::-1], *shifted]
            same, *other = (np.corrcoef(o.ravel(), theirs)[0, 1] for o in (ours, *others))
            assert same > 0.7, cell
            assert max(other) < same - 0.2, "rows and columns, or bins, are mixed up"


@given(st.integers(-60, 60), st.integers(0, 5))
@settings(max_examples=20, derandomize=True, deadline=None)
def test_a_brightness_shift_changes_nothing(textures, shift, which):
    image = np.clip(textures[which : which + 1], 60, 195)
    np.testing.assert_array_equal(hog(image + np.int8(shift).astype(np.uint8)), hog(image))


def test_contrast_leaves_it_nearly_alone(textures):
    half, full = hog(textures // 2), hog(textures // 2 * 2)  # OpenCV's normalisation adds a little
    np.testing.assert_allclose(half, full, atol=0.1)
    assert all(np.corrcoef(*pair)[0, 1] > 0.998 for pair in zip(half, full, strict=True))


def test_mirroring_mirrors_cells_and_directions(textures):
    for signed in (True, False):
        usual = by_place(hog(textures, signed=signed), 18)
        mirrored = by_place(hog(textures[:, :, ::-1], signed=signed), 18)
        # A direction a becomes 180 - a: bin b becomes 8 - b of 18 in 360 degrees, 17 - b in 180.
        bins = ((8 if signed else 17) - np.arange(18)) % 18
        expected = usual[:, ::-1, :, ::-1][..., bins]
        for other, which, plain in zip(mirrored, expected, usual, strict=True):
            # Only nearly: the middle of OpenCV's window lies half a pixel off.
            assert np.corrcoef(other.ravel(), which.ravel())[0, 1] > 0.98, signed
            assert np.corrcoef(other.ravel(), plain.ravel())[0, 1] < 0.6, signed


def test_pixels_beyond_the_last_whole_cell_do_not_count(textures):
    changed = textures.copy()
    changed[:, -12:] //= 2  # 96 = 6 * 14 + 12
    changed[:, :, -12:] //= 2
    np.testing.assert_array_equal(hog(changed, 14), hog(textures, 14))


def test_the_kind_of_memory_does_not_matter(textures):
    values = hog(textures)
    assert values.dtype == np.float32
    np.testing.assert_array_equal(hog(textures[:, :, ::-1].copy()[:, :, ::-1]), values)
    np.testing.assert_array_equal(hog(np.asfortranarray(textures)), values)


def test_the_length_is_that_of_the_formula(textures):
    for cell, block, bins in ((12, 2, 18), (8, 3, 9), (20, 1, 5)):
        length = block_count(96, cell, block) ** 2 * block**2 * bins
        assert hog(textures, cell, block, bins).shape == (6, length)
    assert block_count(96, 12, 2) == 7


def test_a_block_that_does_not_fit_is_rejected(textures, faces):
    for cell, block in ((97, 1), (48, 3)):
        with pytest.raises(ValueError, match=f"{block} cells of {cell} pixels exceeds 96"):
            hog(textures, cell, block)
    with pytest.raises(ValueError, match="2 cells of 60 pixels exceeds 96"):
        Hog(cell=60).fit(faces)


def test_settings_of_nothing_are_rejected(faces):
    for wrong in ({"cell": 1}, {"block": 0}, {"bins": 0}, {"cell": -4}, {"signed": "yes"}):
        (name,) = wrong
        with pytest.raises(ValueError, match=f"The '{name}' parameter of Hog must be"):
            Hog(**wrong).fit(faces)


def test_names_say_block_cell_and_bin_by_column_first():
    names = Hog(bins=2).get_feature_names_out().tolist()
    assert names[0] == "hog_block0.0_cell0.0_bin0"
    assert names[1] == "hog_block0.0_cell0.0_bin1"
    assert names[2] == "hog_block0.0_cell1.0_bin0"  # row 1 of column 0
    assert names[4] == "hog_block0.0_cell0.1_bin0"
    assert names[8] == "hog_block1.0_cell1.0_bin0"
    assert names[-1] == "hog_block6.6_cell7.7_bin1"


@pytest.mark.parametrize(("row", "column"), [(2, 5), (5, 2), (0, 7)])
def test_a_name_points_at_its_cell(row, column):
    # Only one cell has an edge, and the columns that are loudest name it.
    image = np.full((1, SIZE, SIZE), 100, np.uint8)
    image[0, 12 * row + 5 : 12 * row + 7, 12 * column + 5 : 12 * column + 7] = 255
    names = Hog(block=1).get_feature_names_out()
    loud = names[hog(image, block=1)[0] > 0]
    assert len(loud) > 0
    assert all(f"_cell{row}.{column}_" in name for name in loud)
    names, values = Hog().get_feature_names_out(), hog(image)[0]  # a block shares with neighbours
    assert f"_cell{row}.{column}_" in names[values.argmax()]
    assert all(abs(int(name[9]) - row) <= 1 for name in names[values > 0])
