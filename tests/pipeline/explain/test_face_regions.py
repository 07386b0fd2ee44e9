"""Regions of the aligned crop."""

from __future__ import annotations

import numpy as np

from happysad.features.embedding import Embedding
from happysad.features.faces.align import EYE_X, EYE_Y
from happysad.features.hog import Hog
from happysad.features.lbp import Lbp
from happysad.features.pixels import Pixels
from happysad.features.visual_words import VisualWords
from happysad.pipeline.explain.face_regions import (
    BANDS,
    LANDMARKS,
    REGIONS,
    band_at,
    column_centers,
    region_at,
    region_masks,
)


def column_regions(extractor):
    return region_at(*column_centers(extractor, 96))


def test_where_things_are():
    expected = {
        (EYE_X, EYE_Y): "eyes",
        (1 - EYE_X, EYE_Y): "eyes",
        (0.3, 0.18): "brows",
        (0.5, 0.55): "nose",
        (0.2, 0.55): "cheeks",
        (0.5, 0.76): "mouth",
        (0.1, 0.9): "jaw",
        (0.5, 0.97): "jaw",
    }
    assert region_at(*np.array(list(expected)).T).tolist() == list(expected.values())
    assert set(expected.values()) == set(REGIONS)


def test_bands_by_height():
    heights = np.array([0.0, 0.2, 0.3, 0.6, 0.8, 1.0])
    assert band_at(heights).tolist() == ["brows", "brows", "eyes", "nose", "mouth", "mouth"]
    assert set(BANDS) < set(REGIONS)


def test_masks_cover_every_pixel_once_and_are_symmetric():
    masks = region_masks(96)
    assert masks.shape == (6, 96, 96)
    np.testing.assert_allclose(masks.sum(axis=0), 1, atol=1e-5)
    np.testing.assert_allclose(masks, masks[:, :, ::-1], atol=1e-5)


def test_columns_lie_where_the_picture_changes_them(mouths):
    faces, _ = mouths(1, size=96)
    changed, _ = mouths(1, size=96)
    changed.crops[:, 66:84, 36:60] = 255 - changed.crops[:, 66:84, 36:60]  # within the mouth
    for extractor in (Hog(8), Hog(12), Lbp(overlap=True), VisualWords(), Pixels(24)):
        columns = extractor.transform(faces)[0] != extractor.transform(changed)[0]
        regions = column_regions(extractor)
        assert len(regions) == len(columns), extractor
        far = np.isin(regions, ["brows", "eyes"])
        assert far.any(), extractor
        assert not columns[far].any(), extractor
        assert columns[regions == "mouth"].mean() > 0.1, extractor


def test_the_shifted_grid_of_lbp_lies_between():
    extractor = Lbp(overlap=True)
    regions = column_regions(extractor).reshape(-1, 59)[:, 0]
    whole, between = regions[:64].reshape(8, 8), regions[64:].reshape(7, 7)
    np.testing.assert_array_equal(whole, whole[:, ::-1])
    np.testing.assert_array_equal(between, between[:, ::-1])
    assert between[0, 3] == "brows"
    assert whole[1, 3] == "brows"
    assert between[1, 3] == "eyes"  # centred on a quarter of the side
    assert between[5, 3] == "mouth"


def test_the_cells_of_words_are_a_row_for_each_height_of_the_face():
    regions = column_regions(VisualWords()).reshape(4, 4, 256)
    assert (regions == regions[:, :, :1]).all()
    assert regions[:, :, 0].tolist() == [
        ["brows"] * 4,
        ["eyes"] * 4,
        ["cheeks", "nose", "nose", "cheeks"],
        ["jaw", "mouth", "mouth", "jaw"],
    ]


def test_columns_without_a_place():
    assert column_centers(Embedding(), 96) is None


def test_landmarks_of_regions_are_all_68_once():
    points = np.concatenate([np.arange(68)[which] for which in LANDMARKS.values()])
    assert sorted(points) == list(range(68))
    assert set(LANDMARKS) < set(REGIONS)
