import numpy as np
import pytest

from happysad.features.pixels import Pixels


def test_black_is_0_and_white_is_1(as_faces):
    crops = np.stack([np.zeros((96, 96), np.uint8), np.full((96, 96), 255, np.uint8)])
    rows = Pixels().transform(as_faces(crops))
    assert rows.min(axis=1).tolist() == [0, 1]
    assert rows.max(axis=1).tolist() == [0, 1]


def test_each_pixel_is_the_mean_of_its_area(textures, as_faces):
    rows = Pixels(size=24).transform(as_faces(textures)).reshape(6, 24, 24)
    means = textures.reshape(6, 24, 4, 24, 4).mean(axis=(2, 4)) / 255
    np.testing.assert_allclose(rows, means, atol=0.51 / 255)


def test_at_the_crops_own_size_it_is_the_crop(textures, as_faces):
    rows = Pixels(size=96).transform(as_faces(textures))
    np.testing.assert_allclose(rows.reshape(textures.shape) * 255, textures, atol=1e-4)


def test_names_are_row_and_column(as_faces):
    crop = np.zeros((1, 96, 96), np.uint8)
    crop[0, 8:12, 20:24] = 255
    extractor = Pixels(size=24)
    row = extractor.fit_transform(as_faces(crop))[0]
    assert extractor.get_feature_names_out()[row > 0.5].tolist() == ["pixel_2.5"]


def test_a_side_of_nothing_is_rejected(faces):
    for size in (0, -3):
        with pytest.raises(ValueError, match=f"'size' parameter of Pixels must be .* Got {size}"):
            Pixels(size).fit(faces)
