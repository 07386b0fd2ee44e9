"""The images in a card, and the answers expected to them."""

from __future__ import annotations

import base64
import io
import json
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from happysad.pipeline.model_files.selfcheck import (
    MAX_IMAGES,
    MAX_PIXELS,
    TOLERANCE,
    find_mismatch,
    make_selfcheck,
)
from happysad.utils.errors import UserError

RNG = np.random.default_rng(2)
IMAGES = list(RNG.integers(0, 256, (3, 40, 30), dtype=np.uint8))


def brightness(shift: float = 0.0):
    """A model whose probability of happy is the image's brightness."""

    def predict_proba(images):
        p = np.array([image.mean() / 255 + shift for image in images])
        return np.column_stack([1 - p, p])

    return SimpleNamespace(classes_=np.array(["sad", "happy"]), predict_proba=predict_proba)


@pytest.fixture
def entries() -> list[dict]:
    return make_selfcheck(brightness(), IMAGES)


def test_the_same_model_gives_the_same_answers(entries):
    assert [entry["p_happy"] for entry in entries] == pytest.approx(
        [i.mean() / 255 for i in IMAGES]
    )
    assert find_mismatch(brightness(), json.loads(json.dumps(entries))) == ""
    assert find_mismatch(brightness(TOLERANCE / 2), entries) == ""


def test_another_model_is_told_by_its_answers(entries):
    mismatch = find_mismatch(brightness(0.1), entries)
    p = entries[0]["p_happy"]
    assert mismatch == f"self-check image 1 gives p_happy {p + 0.1:.4f} in place of {p:.4f}"
    assert "nan" in find_mismatch(brightness(float("nan")), entries)


def test_images_are_stored_as_they_are_but_large_ones_small(entries):
    with Image.open(io.BytesIO(base64.b64decode(entries[1]["png"]))) as picture:
        np.testing.assert_array_equal(np.array(picture), IMAGES[1])
    large = RNG.integers(0, 256, (100, 1000, 3), dtype=np.uint8)
    (entry,) = make_selfcheck(brightness(), [large])
    with Image.open(io.BytesIO(base64.b64decode(entry["png"]))) as picture:
        assert picture.size == (MAX_PIXELS, round(MAX_PIXELS / 10))
    assert find_mismatch(brightness(), [entry]) == ""


def test_no_images_are_no_entries():
    assert make_selfcheck(brightness(), []) == []
    assert find_mismatch(brightness(), []) == ""


def test_too_many_images_are_refused():
    with pytest.raises(UserError, match=f"up to {MAX_IMAGES} images"):
        make_selfcheck(brightness(), IMAGES * 2)


def test_damaged_entries_are_refused(entries):
    for damage in ({"png": "!"}, {"png": ""}, {"p_happy": "x"}, {"png": None}):
        with pytest.raises(UserError, match="self-check on the card is damaged"):
            find_mismatch(brightness(), [{**entries[0], **damage}])
    with pytest.raises(UserError, match="self-check on the card is damaged"):
        find_mismatch(brightness(), [{}])
