"""Limits of requests."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import pytest
from PIL import Image

from happysad.service.workers.limits import (
    MEGABYTE,
    Limits,
    TooLargeError,
    too_many_bytes,
    why_unreadable,
)
from happysad.utils import image_files


def encoded(kind, size=(20, 10)):
    file = io.BytesIO()
    Image.new("RGB", size).save(file, kind)
    return file.getvalue()


def png_of(width, height):
    """A PNG that says it is this large; there is hardly anything in it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM"])
def test_pictures_of_the_usual_kinds_are_let_through(kind):
    assert why_unreadable(encoded(kind), "a") == ""


@pytest.mark.parametrize("data", [b"no picture", encoded("EPS"), encoded("PDF"), b"\xff\xd8\xff"])
def test_all_else_is_not(data):
    assert why_unreadable(data, "a") != ""


def test_an_empty_file_says_so():
    assert why_unreadable(b"", "a") == "it is empty"


def test_many_pixels_are_refused_by_what_the_file_says_of_itself():
    assert why_unreadable(encoded("PNG"), "a", pixels=200) == ""
    with pytest.raises(
        TooLargeError, match=r"^a has 20 x 10 pixels and this service takes 199: make"
    ):
        why_unreadable(encoded("PNG"), "a", pixels=199)


def test_a_small_file_that_unpacks_to_gigabytes_is_refused():
    with pytest.raises(TooLargeError, match="too many pixels"):
        why_unreadable(png_of(60_000, 60_000), "bomb")
    with (
        warnings.catch_warnings(record=True) as caught,
        pytest.raises(TooLargeError, match="11000 x"),
    ):
        why_unreadable(png_of(11_000, 11_000), "bomb")
    assert not caught


def test_a_phones_picture_is_held_to_the_same_limits(heic):
    data = heic(Image.new("RGB", (90, 80)))
    assert why_unreadable(data, "a") == ""
    with pytest.raises(TooLargeError, match="a has 90 x 80 pixels"):
        why_unreadable(data, "a", pixels=7199)
    assert why_unreadable(data[:100], "a") == "it is a damaged HEIC picture"


def test_where_heic_is_not_read_the_advice_is_the_same_as_elsewhere(monkeypatch):
    monkeypatch.setattr(image_files, "reads_heic", lambda: False)
    assert why_unreadable(b"\0\0\0\x24ftypheic\0\0\0\0", "a") == image_files.HEIC_ABSENT


def test_the_limits_that_are_documented():
    limits = Limits()
    assert limits.image_bytes == 20 * MEGABYTE
    assert limits.body_bytes == 200 * MEGABYTE
    assert (limits.images, limits.batch, limits.pixels) == (64, 256, 50_000_000)


def test_the_sentence_names_the_limit():
    assert str(too_many_bytes("a.jpg", 20 * MEGABYTE)).endswith("this service takes 20 MB")
    assert str(too_many_bytes("a.jpg", 99)).endswith("this service takes 99 bytes")
