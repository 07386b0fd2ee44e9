"""How much a request may bring."""

from __future__ import annotations

from happysad.service.http.limits import MEGABYTE, Limits, too_many_bytes


def test_the_limits_that_are_documented():
    limits = Limits()
    assert limits.image_bytes == 20 * MEGABYTE
    assert limits.body_bytes == 200 * MEGABYTE
    assert (limits.images, limits.batch, limits.pixels) == (64, 256, 50_000_000)


def test_the_sentence_names_the_limit():
    assert str(too_many_bytes("a.jpg", 20 * MEGABYTE)).endswith("this service takes 20 MB")
    assert str(too_many_bytes("a.jpg", 99)).endswith("this service takes 99 bytes")
