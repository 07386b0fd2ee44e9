"""Regions of the aligned crop."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.features.embedding import Embedding
from happysad.features.faces.align import EYE_X, EYE_Y
from happysad.features.hog import Hog
from happysad.features.lbp import Lbp
from happysad.features.pixels import Pixels
from happysad.features.visual_words import VisualWords
from happysad.pipeline.explain.face_regions import (
    LANDMARKS,
    REGIONS,
    column_regions,
    region_at,
    region_masks,
)


@pytest.mark.parametrize(
    ("place", "region"),
    [
        ((EYE_X, EYE_Y), "eyes"),
        ((1 - EYE_X, EYE_Y), "eyes"),
        ((0.3, 0.18), "brows"),
        ((0.5, 0.55), "nose"),
        ((0.2, 0.55), "cheeks"),
        ((0.5, 0.76), "mouth"),
        ((0.1, 0.9), "jaw"),
        ((0.5, 0.97), "jaw"),
    ],
)
def test_where_things_are(place, region):
    assert REGIONS[int(region_at(*np.array(place)))] == region


def test_masks_cover_every_pixel_once_and_are_symmetric():
    masks = region_masks(96)
    assert masks.shape == (6, 96, 96)
    np.testing.assert_allclose(masks.sum(axis=0), 1, atol=1e-5)
    np.testing.assert_allclose(masks, masks[:, :, ::-1], atol=1e-5)


@pytest.mark.parametrize(
    "extractor",
    [Hog(8), Hog(12), Lbp(overlap=True), VisualWords(), Pixels(24)],
    ids=lambda e: repr(e),
)
def test_columns_lie_where_the_picture_changes_them(extractor, mouths):
    faces, _ = mouths(1, size=96)
    changed, _ = mouths(1, size=96)
    changed.crops[:, 66:84, 36:60] = 255 - changed.crops[:, 66:84, 36:60]  # within the mouth
    columns = extractor.transform(faces)[0] != extractor.transform(changed)[0]
    regions = column_regions(extractor, 96)
    assert len(regions) == len(columns)
    far = np.isin(regions, [REGIONS.index(name) for name in ("brows", "eyes")])
    assert far.any()
    assert not columns[far].any()
    assert columns[regions == REGIONS.index("mouth")].mean() > 0.1


def test_the_shifted_grid_of_lbp_lies_between():
    extractor = Lbp(overlap=True)
    regions = column_regions(extractor, 96).reshape(-1, 59)[:, 0]
    whole, between = regions[:64].reshape(8, 8), regions[64:].reshape(7, 7)
    np.testing.assert_array_equal(whole, whole[:, ::-1])
    np.testing.assert_array_equal(between, between[:, ::-1])
    assert REGIONS[between[0, 3]] == "brows"
    assert REGIONS[whole[1, 3]] == "brows"
    assert REGIONS[between[1, 3]] == "eyes"  # centred on a quarter of the side
    assert REGIONS[between[5, 3]] == "mouth"


def test_the_cells_of_words_are_a_row_for_each_height_of_the_face():
    regions = column_regions(VisualWords(), 96).reshape(4, 4, 256)
    assert (regions == regions[:, :, :1]).all()
    named = [[REGIONS[k] for k in row] for row in regions[:, :, 0]]
    assert named == [
        ["brows"] * 4,
        ["eyes"] * 4,
        ["cheeks", "nose", "nose", "cheeks"],
        ["jaw", "mouth", "mouth", "jaw"],
    ]


def test_columns_without_a_place():
    assert column_regions(Embedding(), 96) is None


def test_landmarks_of_regions_are_all_68_once():
    points = np.concatenate([np.arange(68)[which] for which in LANDMARKS.values()])
    assert sorted(points) == list(range(68))
    assert set(LANDMARKS) < set(REGIONS)
