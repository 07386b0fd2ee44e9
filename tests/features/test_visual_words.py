from functools import partial

import cv2
import numpy as np
import pytest

from happysad.features.visual_words import (
    PATCH,
    POSITIONS,
    SIDE,
    STEP,
    VisualWords,
    Vocabulary,
    patches,
    vocabulary,
    with_mirrored,
    word_counts,
)


@pytest.fixture(scope="module")
def known():
    """A vocabulary of 2 x 3 words drawn at random, in patches that are not whitened."""
    words = np.random.default_rng(1).normal(size=(3, PATCH * PATCH)).astype(np.float32)
    return Vocabulary(np.eye(PATCH * PATCH, dtype=np.float32), with_mirrored(words))


@pytest.fixture(scope="module")
def smooth():
    """Two smooth 48x48 pictures of greys from 40 to 90."""
    rng = np.random.default_rng(2)
    coarse = [cv2.resize(rng.random((9, 9)), (SIDE, SIDE)) for _ in range(2)]
    return (40 + 50 * np.stack(coarse)).astype(np.uint8)


def cell_of(place, grid):
    """The cell of a patch; one whose middle lies on a border belongs to the cell nearer the rim."""
    from_rim = min(place, POSITIONS - 1 - place) + 0.5
    cell = int(np.ceil(from_rim * grid / POSITIONS)) - 1
    return cell if place < POSITIONS / 2 else grid - 1 - cell


def plain_counts(image, known, grid):
    """The definition, one patch at a time, in double precision."""
    small = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(float)
    counts = np.zeros((grid, grid, len(known.words)))
    for row in range(POSITIONS):
        for column in range(POSITIONS):
            y, x = row * STEP, column * STEP
            patch = small[y : y + PATCH, x : x + PATCH].ravel()
            patch = (patch - patch.mean()) / np.sqrt(patch.var() + 25)
            distances = np.linalg.norm(patch @ known.whitening - known.words, axis=1)
            nearer = np.maximum(distances.mean() - distances, 0)
            counts[cell_of(row, grid), cell_of(column, grid)] += nearer
    return counts.ravel()


def test_the_vocabulary_has_each_word_and_its_mirror_image():
    known = vocabulary()
    assert known.whitening.shape == (36, 36)
    assert known.words.shape == (256, 36)
    assert known.whitening.dtype == known.words.dtype == np.float32
    first, second = known.words.reshape(2, 128, PATCH, PATCH)
    np.testing.assert_array_equal(second, first[:, :, ::-1])
    assert len(np.unique(known.words.round(4), axis=0)) > 250
    turned = np.arange(36).reshape(6, 6)[:, ::-1].ravel()
    np.testing.assert_allclose(known.whitening[turned][:, turned], known.whitening, atol=1e-5)


def test_patches_are_normalised_and_two_pixels_apart(smooth):
    found = patches(smooth).reshape(2, POSITIONS, POSITIONS, PATCH, PATCH)
    np.testing.assert_allclose(found.mean(axis=(3, 4)), 0, atol=1e-5)
    raw = smooth[1, 8:14, 20:26].astype(float)
    expected = (raw - raw.mean()) / np.sqrt(raw.var() + 25)
    np.testing.assert_allclose(found[1, 4, 10], expected, atol=1e-5)
    strong = np.tile([0, 200], (1, SIDE, SIDE // 2)).astype(np.uint8)
    np.testing.assert_allclose(patches(strong).var(axis=1), 1, atol=0.01)


def test_a_crop_of_any_size_is_brought_to_48_pixels(smooth):
    large = smooth.repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_array_equal(patches(large), patches(smooth))


def test_a_blank_crop_is_alike_in_every_cell_but_for_its_size(known):
    blank = np.full((1, 96, 96), 77, np.uint8)
    counts = word_counts(blank, known, 4, root=False).reshape(4, 4, -1)
    # A flat patch is 0, so a word counts by how much shorter it is than words are on average.
    lengths = np.linalg.norm(known.words, axis=1)
    each = np.maximum(lengths.mean() - lengths, 0)
    sides = np.array([6, 5, 5, 6])
    np.testing.assert_allclose(
        counts, np.multiply.outer(np.outer(sides, sides), each), rtol=1e-4, atol=1e-4
    )


def test_a_patch_counts_most_for_the_word_that_it_is():
    stripes = np.tile([0, 200], (SIDE, SIDE // 2)).astype(np.uint8)[None]
    upright = patches(stripes)[0]
    lying = upright.reshape(PATCH, PATCH).T.ravel()
    known = Vocabulary(np.eye(36, dtype=np.float32), np.stack([lying, -upright, upright]))
    counts = word_counts(stripes, known, 2, root=False).reshape(4, 3)
    assert (counts.argmax(axis=1) == 2).all()
    # Distances 0, and from the stripes of the other direction and from those in between.
    far = [np.linalg.norm(upright - lying), np.linalg.norm(2 * upright), 0]
    expected = np.maximum(np.mean(far) - far, 0) * 11 * 11
    np.testing.assert_allclose(counts, np.tile(expected, (4, 1)), rtol=1e-3, atol=1e-2)


def test_it_is_what_the_plain_definition_says(textures, known):
    for grid in (1, 3, 4, 11):
        for words in (known, vocabulary()):
            counts = word_counts(textures[:2], words, grid, root=False)
            expected = [plain_counts(image, words, grid) for image in textures[:2]]
            np.testing.assert_allclose(counts, expected, rtol=1e-4, atol=1e-3, err_msg=str(grid))


def test_the_root_of_counts(textures):
    counts = word_counts(textures, vocabulary(), root=False)
    assert counts.dtype == np.float32
    assert counts.shape == (6, 16 * 256)
    assert counts.min() == 0
    np.testing.assert_allclose(word_counts(textures, vocabulary()) ** 2, counts, rtol=1e-4)


def test_brightness_leaves_it_alone(smooth):
    count = partial(word_counts, vocabulary=vocabulary())
    np.testing.assert_allclose(count(smooth + np.uint8(100)), count(smooth), atol=1e-3)


def test_contrast_nearly_leaves_it_alone_where_the_picture_is_not_flat(textures):
    counts = [word_counts(image, vocabulary()) for image in (textures // 2, textures // 2 * 2)]
    change = np.linalg.norm(counts[0] - counts[1], axis=1) / np.linalg.norm(counts[1], axis=1)
    flat = patches(textures // 2 * 2).var(axis=1).reshape(6, -1).mean(axis=1)
    assert flat.max() > 0.9
    assert change[flat.argmax()] < 0.05
    assert change[flat.argmax()] < change[flat.argmin()]


def test_the_mirror_image_has_the_other_side_and_the_mirrored_words(textures):
    for grid in (1, 3, 4, 11):
        usual = word_counts(textures, vocabulary(), grid).reshape(6, grid, grid, 2, 128)
        other = word_counts(np.ascontiguousarray(textures[:, :, ::-1]), vocabulary(), grid)
        expected = usual[:, :, ::-1, ::-1].reshape(6, -1)
        np.testing.assert_allclose(other, expected, atol=1e-3, err_msg=str(grid))
        assert np.abs(other - usual.reshape(6, -1)).max() > 0.1, grid


def test_what_changes_in_a_cell_changes_its_columns_alone(faces):
    other = faces[:1].crops.copy()
    other[0, 74:92, 4:20] = 255 - other[0, 74:92, 4:20]  # low on the left
    changed = word_counts(other, vocabulary()) != word_counts(faces[:1].crops, vocabulary())
    names = VisualWords().get_feature_names_out()
    assert changed.shape == (1, len(names))
    cells = {str(name).split("_")[1] for name in names[changed[0]]}
    assert cells == {"cell3.0"}


def test_a_grid_that_does_not_fit_is_one_sentence(faces):
    for grid in (0, -1, 12):
        with pytest.raises(
            ValueError, match=r"'grid' parameter of VisualWords must be .* \[1, 11\]"
        ):
            VisualWords(grid=grid).fit(faces)
