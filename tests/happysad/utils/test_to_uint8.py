"""Images of all kinds as 8 bits, upright."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageOps

from happysad.utils import to_uint8 as module
from happysad.utils.image_decoding import read_image
from happysad.utils.to_uint8 import to_uint8, upright

RAMP = np.arange(48 * 32, dtype=np.uint16).reshape(48, 32)


@pytest.mark.parametrize("orientation", range(10))
def test_turned_as_pillow_turns(orientation):
    image = Image.fromarray((RAMP % 256).astype(np.uint8))
    exif = image.getexif()
    exif[module.ORIENTATION] = orientation
    buffer = io.BytesIO()
    image.save(buffer, "PNG", exif=exif)
    with Image.open(buffer) as opened:
        expected = np.asarray(ImageOps.exif_transpose(opened))
        np.testing.assert_array_equal(np.asarray(upright(opened)), expected)


def test_a_damaged_entry_beside_the_orientation_is_of_no_harm():
    entries = struct.pack("<HHII", 0x0112, 3, 1, 6) + struct.pack("<HHII", 0x8769, 2, 9, 0xFFFFFF00)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", 0)
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((48, 32), np.uint8)).save(buffer, "JPEG", exif=exif)
    assert read_image(buffer.getvalue()).shape == (32, 48)


@pytest.mark.parametrize("strip", [1, 100, 10**6])
@pytest.mark.parametrize("kind", [np.uint16, np.int32, np.float32])
def test_strips_are_scaled_alike(monkeypatch, strip, kind):
    monkeypatch.setattr(module, "STRIP", strip)
    pixels = (RAMP * 40).astype(kind)
    if kind == np.float32:
        pixels[3, 3], pixels[5, 5] = np.nan, -500.0
        expected = (np.nan_to_num(pixels.astype(float)) + 500) * 255 / (pixels[-1, -1] + 500.0)
    else:
        expected = pixels * (255 / 65535)
    scaled = to_uint8(Image.fromarray(pixels))
    np.testing.assert_allclose(scaled, expected, atol=0.51)


def test_small_whole_numbers_are_taken_as_8_bits():
    np.testing.assert_array_equal(to_uint8(Image.fromarray(RAMP % 256)), RAMP % 256)
