"""Images of all kinds as 8 bits, upright."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image, ImageOps
from PIL.ExifTags import Base

from happysad.utils import to_uint8 as module
from happysad.utils.image_decoding import read_image
from happysad.utils.to_uint8 import to_uint8, upright

RAMP = np.arange(48 * 32, dtype=np.uint16).reshape(48, 32)


def test_turned_as_pillow_turns():
    image = Image.fromarray((RAMP % 256).astype(np.uint8))
    for orientation in range(10):
        exif = image.getexif()
        exif[Base.Orientation] = orientation
        buffer = io.BytesIO()
        image.save(buffer, "PNG", exif=exif)
        with Image.open(buffer) as opened:
            expected = np.asarray(ImageOps.exif_transpose(opened))
            np.testing.assert_array_equal(upright(opened), expected, str(orientation))


def test_a_damaged_entry_beside_the_orientation_is_of_no_harm():
    entries = struct.pack("<HHII", 0x0112, 3, 1, 6) + struct.pack("<HHII", 0x8769, 2, 9, 0xFFFFFF00)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", 0)
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((48, 32), np.uint8)).save(buffer, "JPEG", exif=exif)
    assert read_image(buffer.getvalue()).shape == (32, 48)


def test_strips_are_scaled_alike(monkeypatch):
    floats = (RAMP * 40).astype(np.float32)
    floats[3, 3], floats[5, 5] = np.nan, -500.0
    whole = RAMP * 40 * (255 / 65535)
    scaled = (np.nan_to_num(floats.astype(float)) + 500) * 255 / (floats[-1, -1] + 500.0)
    for strip in (1, 100, 10**6):
        monkeypatch.setattr(module, "STRIP", strip)
        for kind in (np.uint16, np.int32):
            image = Image.fromarray((RAMP * 40).astype(kind))
            np.testing.assert_allclose(to_uint8(image), whole, atol=0.51, err_msg=f"{strip} {kind}")
        np.testing.assert_allclose(to_uint8(Image.fromarray(floats)), scaled, atol=0.51)


def test_small_whole_numbers_are_taken_as_8_bits():
    np.testing.assert_array_equal(to_uint8(Image.fromarray(RAMP % 256)), RAMP % 256)
