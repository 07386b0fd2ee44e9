"""Which files are images, and HEIC, as phones write it."""

from __future__ import annotations

import builtins
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from happysad.utils import image_files
from happysad.utils.image_decoding import ImageError, read_image
from happysad.utils.image_files import (
    HEIC_ABSENT,
    IMAGE_SUFFIXES,
    files_below,
    is_image_name,
    looks_like_heic,
    open_image,
    reads_heic,
    unknown_format,
)

START = b"\0\0\0\x24ftypheic\0\0\0\0"  # of a HEIC file


def test_suffixes_are_in_lower_case_with_a_dot():
    assert {".jpg", ".jpeg", ".png", ".tif", ".webp", ".heic"} <= IMAGE_SUFFIXES
    assert all(suffix == suffix.lower() and suffix[0] == "." for suffix in IMAGE_SUFFIXES)
    known = Image.registered_extensions().keys() | {".heic", ".heif", ".hif"}
    assert known >= IMAGE_SUFFIXES
    assert is_image_name(Path("a/IMG_1.HEIC"))
    assert not is_image_name(Path("a.jpg/notes.txt"))


def test_a_folder_is_its_images_and_its_other_files(tmp_path):
    for name in ("b.JPG", "deep/er/a.heic", "deep/clip.mov", "Thumbs.db", ".cache/c.png", "d.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "deep" / "loop").symlink_to(tmp_path, target_is_directory=True)
    found = files_below(tmp_path)
    assert found.images == [tmp_path / "b.JPG", tmp_path / "deep" / "er" / "a.heic"]
    assert found.others == [tmp_path / "d.txt", tmp_path / "deep" / "clip.mov"]


def drawn() -> Image.Image:
    """Unlike itself however it is turned."""
    pixels = np.full((64, 96, 3), 40, np.uint8)
    pixels[:32], pixels[:, :24] = (200, 40, 40), (40, 40, 200)
    return Image.fromarray(pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_heic_is_read_upright_as_jpeg_is(heic, orientation):
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    drawn().save(file, "JPEG", quality=95, exif=exif)
    expected = read_image(file.getvalue()).astype(int)
    found = read_image(heic(drawn(), orientation)).astype(int)
    assert found.shape == expected.shape
    assert np.abs(found - expected).mean() < 4


@pytest.mark.parametrize(("mode", "shape"), [("L", (64, 96)), ("RGBA", (64, 96, 3))])
def test_heic_of_other_kinds(heic, mode, shape):
    assert read_image(heic(drawn().convert(mode))).shape == shape


def test_a_damaged_heic_is_one_sentence(heic):
    data = heic(drawn())
    for part in (data[:60], data[: len(data) // 2], data[:-5]):
        with pytest.raises(ImageError, match=r"^cannot read the image: it is a damaged HEIC pic"):
            read_image(part)


def test_a_heic_that_says_it_is_small_is_not_unpacked(heic):
    data = bytearray(heic(Image.new("RGB", (1200, 900))))
    at = data.find(b"ispe") + 8  # its width and height
    data[at : at + 8] = (64).to_bytes(4, "big") * 2
    with pytest.raises(ImageError, match="damaged HEIC"):
        read_image(bytes(data))


def test_a_heic_of_too_many_pixels_is_refused(heic, monkeypatch):
    data = heic(drawn())
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 50)
    with pytest.raises(ImageError, match="over 0 million pixels"):
        read_image(data)


def test_where_heic_is_not_read_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(image_files, "reads_heic", lambda: False)
    (tmp_path / "IMG_1.heic").write_bytes(START)
    with pytest.raises(ImageError) as error:
        read_image(tmp_path / "IMG_1.heic")
    assert str(error.value) == f"cannot read the image {tmp_path / 'IMG_1.heic'}: {HEIC_ABSENT}"
    assert 'pip install "happysad[heic]"' in HEIC_ABSENT


def test_the_extra_is_asked_for_when_first_needed(monkeypatch):
    asked = []

    def absent(name, *args, **kwargs):
        if name == "pillow_heif":
            asked.append(name)
            raise ImportError(name)
        return real(name, *args, **kwargs)

    real = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", absent)
    reads_heic.cache_clear()
    try:
        file = io.BytesIO()
        drawn().save(file, "PNG")
        open_image(file.getvalue()).close()
        assert not asked
        assert unknown_format(START) == HEIC_ABSENT
        assert asked
    finally:
        reads_heic.cache_clear()


def test_what_is_no_image_is_not_taken_for_a_phones():
    assert looks_like_heic(START)
    for data in (b"", b"\xff\xd8\xff", b"\0\0\0\x20ftypisom", b"\0\0\0\x20ftypavif"):
        assert not looks_like_heic(data)
    assert unknown_format(b"hello") == "it is not an image file"
