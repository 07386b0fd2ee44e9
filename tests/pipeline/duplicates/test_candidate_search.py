from __future__ import annotations

import cv2
import numpy as np
import pytest

from happysad.pipeline.duplicates.candidate_search import candidates
from happysad.pipeline.duplicates.ecc_alignment import match, thumbnail


def picture(seed: int) -> np.ndarray:
    blotches = np.random.default_rng(seed).integers(0, 256, (9, 9), dtype=np.uint8)
    return cv2.resize(blotches, (64, 64), interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("copy_first", [False, True])
def test_the_start_leads_to_the_copy(mirrored: bool, copy_first: bool) -> None:
    image = picture(0)
    copy = np.ascontiguousarray(image[5:61, 4:60][:, :: -1 if mirrored else 1])
    pair = [copy, image] if copy_first else [image, copy]
    images = np.stack([thumbnail(one) for one in (*pair, *map(picture, range(1, 60)))])
    found = candidates(images)
    start = found[0, 1, mirrored]
    first = np.ascontiguousarray(images[0][:, :: -1 if mirrored else 1])
    same = match(first, images[1], start)
    assert same is not None
    assert same.correlation > 0.98
    if not mirrored:  # mirrored versions are not enlarged too
        # The copy is the middle of the image enlarged by 64 / 56, and the start says so.
        zoom = 56 / 64 if copy_first else 64 / 56
        assert start[0, 0] == start[1, 1] == pytest.approx(zoom, abs=0.05)


def test_there_are_far_fewer_than_all_pairs() -> None:
    images = np.stack([thumbnail(picture(seed)) for seed in range(200)])
    assert len(candidates(images)) < 100
    assert all(a < b for a, b, _ in candidates(images))
