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
    PROBE_IMAGES,
    PROBE_PIXELS,
    TOLERANCE,
    check_probe,
    make_probe,
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
def probe() -> list[dict]:
    return make_probe(brightness(), IMAGES)


def test_the_same_model_gives_the_same_answers(probe):
    assert [shot["p_happy"] for shot in probe] == pytest.approx([i.mean() / 255 for i in IMAGES])
    assert check_probe(brightness(), json.loads(json.dumps(probe))) == ""
    assert check_probe(brightness(TOLERANCE / 2), probe) == ""


def test_another_model_is_told_by_its_answers(probe):
    told = check_probe(brightness(0.1), probe)
    p = probe[0]["p_happy"]
    assert told == f"probe image 1 gives p_happy {p + 0.1:.4f} in place of {p:.4f}"
    assert "nan" in check_probe(brightness(float("nan")), probe)


def test_images_are_stored_as_they_are_but_large_ones_small(probe):
    with Image.open(io.BytesIO(base64.b64decode(probe[1]["png"]))) as picture:
        np.testing.assert_array_equal(np.array(picture), IMAGES[1])
    large = RNG.integers(0, 256, (100, 1000, 3), dtype=np.uint8)
    (shot,) = make_probe(brightness(), [large])
    with Image.open(io.BytesIO(base64.b64decode(shot["png"]))) as picture:
        assert picture.size == (PROBE_PIXELS, round(PROBE_PIXELS / 10))
    assert check_probe(brightness(), [shot]) == ""


def test_no_images_are_no_probe():
    assert make_probe(brightness(), []) == []
    assert check_probe(brightness(), []) == ""


def test_too_many_images_are_refused():
    with pytest.raises(UserError, match=f"up to {PROBE_IMAGES} images"):
        make_probe(brightness(), IMAGES * 2)


@pytest.mark.parametrize("damage", [{"png": "!"}, {"png": ""}, {"p_happy": "x"}, {"png": None}])
def test_a_damaged_probe_is_refused(probe, damage):
    with pytest.raises(UserError, match="probe is damaged"):
        check_probe(brightness(), [{**probe[0], **damage}])
    with pytest.raises(UserError, match="probe is damaged"):
        check_probe(brightness(), [{}])
