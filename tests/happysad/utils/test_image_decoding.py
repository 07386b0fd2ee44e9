import contextlib
import io
import os

import numpy as np
import pytest
from PIL import Image

from happysad.utils.image_decoding import (
    ImageError,
    check_image_list,
    image_digest,
    read_image,
    to_gray,
)

RAMP = np.add.outer(np.arange(24) * 5, np.arange(32) * 4).astype(np.uint8)
COLOR = np.stack([RAMP, RAMP[::-1], RAMP[:, ::-1]], axis=2)

# EXIF 2.3, tag 0x0112: the side of the upright picture on which the stored first row lies, and
# the side of the stored first column.
SIDES = {
    1: ("top", "left"),
    2: ("top", "right"),
    3: ("bottom", "right"),
    4: ("bottom", "left"),
    5: ("left", "top"),
    6: ("right", "top"),
    7: ("right", "bottom"),
    8: ("left", "bottom"),
}


def stored_as(upright, orientation):
    row, column = SIDES[orientation]
    stored = upright if row in ("top", "bottom") else np.swapaxes(upright, 0, 1)
    if row in ("bottom", "right"):
        stored = stored[::-1]
    if column in ("bottom", "right"):
        stored = stored[:, ::-1]
    return Image.fromarray(np.ascontiguousarray(stored))


def exif(orientation):
    block = Image.Exif()
    block[0x0112] = orientation
    return block


def test_lossless_formats_come_back_as_they_were(tmp_path):
    for suffix in ("png", "bmp", "tif", "ppm", "gif", "webp"):
        path = tmp_path / f"gray.{suffix}"
        Image.fromarray(RAMP).save(path, **({"lossless": True} if suffix == "webp" else {}))
        image = read_image(path)
        assert image.dtype == np.uint8, suffix
        np.testing.assert_array_equal(to_gray(image), RAMP, suffix)


def test_grey_files_are_grey_and_colour_files_are_rgb(tmp_path):
    Image.fromarray(RAMP).save(tmp_path / "gray.png")
    Image.fromarray(COLOR).save(tmp_path / "color.png")
    np.testing.assert_array_equal(read_image(tmp_path / "gray.png"), RAMP)
    np.testing.assert_array_equal(read_image(str(tmp_path / "color.png")), COLOR)


def test_one_bit_is_black_and_white(tmp_path):
    Image.fromarray(RAMP > 100).save(tmp_path / "bits.png")
    np.testing.assert_array_equal(read_image(tmp_path / "bits.png"), (RAMP > 100) * 255)


def test_transparency_is_laid_on_white(tmp_path):
    alpha = np.full(RAMP.shape, 255, np.uint8)
    alpha[:, :8], alpha[:, 8:16] = 0, 128
    weight = alpha[..., None] / 255
    for mode in ("RGB", "L"):
        image = Image.fromarray(COLOR).convert(mode)
        opaque = np.asarray(image.convert("RGB")).astype(float)
        image.putalpha(Image.fromarray(alpha))
        image.save(tmp_path / "clear.png")
        found = read_image(tmp_path / "clear.png")
        expected = opaque * weight + 255 * (1 - weight)
        np.testing.assert_allclose(found, expected, atol=1, err_msg=mode)


def test_a_palette_with_a_transparent_colour(tmp_path):
    image = Image.new("P", (4, 2))
    image.putpalette([0, 0, 0, 200, 10, 30, 0, 90, 0])
    image.putdata([0, 1, 2, 1, 1, 0, 1, 2])
    image.save(tmp_path / "palette.png", transparency=0)
    found = read_image(tmp_path / "palette.png")
    clear, red, green = [255, 255, 255], [200, 10, 30], [0, 90, 0]
    np.testing.assert_array_equal(found, [[clear, red, green, red], [red, clear, red, green]])
    image.save(tmp_path / "opaque.png")
    assert read_image(tmp_path / "opaque.png")[0, 0].tolist() == [0, 0, 0]


def test_16_bits_keep_their_range(tmp_path):
    Image.fromarray(RAMP.astype(np.uint16) * 257).save(tmp_path / "deep.png")
    Image.fromarray(RAMP.astype(np.uint16) * 257).save(tmp_path / "deep.tif")
    np.testing.assert_array_equal(read_image(tmp_path / "deep.png"), RAMP)
    np.testing.assert_array_equal(read_image(tmp_path / "deep.tif"), RAMP)


def test_a_16_bit_file_that_holds_8_bits_is_not_black(tmp_path):
    Image.fromarray(RAMP.astype(np.uint16)).save(tmp_path / "deep.png")
    np.testing.assert_array_equal(read_image(tmp_path / "deep.png"), RAMP)


def test_floats_are_scaled(tmp_path):
    for top in (1.0, 255.0, 0.4):
        values = (RAMP / RAMP.max() * top).astype(np.float32)
        Image.fromarray(values).save(tmp_path / "float.tif")
        expected = values * 255 / max(top, 1.0)
        np.testing.assert_allclose(read_image(tmp_path / "float.tif"), expected, atol=0.51)


@pytest.mark.filterwarnings("error")
def test_a_hole_in_a_float_image_does_not_blank_the_rest(tmp_path):
    values = (RAMP / 255).astype(np.float32)
    values[0, :2] = np.nan, np.inf
    Image.fromarray(values).save(tmp_path / "float.tif")
    found = read_image(tmp_path / "float.tif")
    np.testing.assert_array_equal(found[1:], RAMP[1:])
    assert found[0, :2].tolist() == [0, 0]


def test_cmyk_jpeg(tmp_path):
    flat = np.zeros((32, 32, 3), np.uint8)
    flat[:, :16], flat[:, 16:] = [200, 40, 40], [30, 60, 190]
    Image.fromarray(flat).convert("CMYK").save(tmp_path / "print.jpg", quality=95)
    with Image.open(tmp_path / "print.jpg") as check:
        assert check.mode == "CMYK"
    found = read_image(tmp_path / "print.jpg").astype(int)
    assert np.abs(found[:, 2:14] - flat[:, 2:14]).max() < 12
    assert np.abs(found[:, 18:30] - flat[:, 18:30]).max() < 12


def test_exif_orientation(tmp_path):
    png, jpg = tmp_path / "turned.png", tmp_path / "turned.jpg"
    for orientation in SIDES:
        stored = stored_as(COLOR, orientation)
        stored.save(png, exif=exif(orientation))
        np.testing.assert_array_equal(read_image(png), COLOR, str(orientation))
        stored.save(jpg, exif=exif(orientation), quality=98, subsampling=0)
        assert np.abs(read_image(jpg).astype(int) - COLOR).mean() < 3, orientation


def test_exif_orientation_of_a_grey_photo(tmp_path):
    stored_as(RAMP, 6).save(tmp_path / "turned.png", exif=exif(6))
    np.testing.assert_array_equal(read_image(tmp_path / "turned.png"), RAMP)


@pytest.mark.filterwarnings("error")
def test_nonsense_in_exif_is_no_reason_to_fail(tmp_path):
    Image.fromarray(RAMP).save(tmp_path / "odd.jpg", exif=b"Exif\0\0II*\0\xff\xff\xff\xff junk")
    Image.fromarray(RAMP).save(tmp_path / "nine.jpg", exif=exif(9))
    assert read_image(tmp_path / "odd.jpg").shape == RAMP.shape
    assert read_image(tmp_path / "nine.jpg").shape == RAMP.shape


def test_the_first_frame_of_several(tmp_path):
    frames = [Image.fromarray(RAMP), Image.fromarray(RAMP[::-1].copy())]
    frames[0].save(tmp_path / "film.gif", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(to_gray(read_image(tmp_path / "film.gif")), RAMP)


def test_umlauts_and_spaces_in_the_path(tmp_path):
    folder = tmp_path / "Köln am Rhein, größer ✓"
    folder.mkdir()
    Image.fromarray(RAMP).save(folder / "mein Gesicht é.png")
    np.testing.assert_array_equal(read_image(folder / "mein Gesicht é.png"), RAMP)
    np.testing.assert_array_equal(read_image(str(folder / "mein Gesicht é.png")), RAMP)


def test_the_bytes_of_a_file_are_read_as_the_file_is(tmp_path):
    Image.fromarray(RAMP).save(tmp_path / "ramp.png")
    data = (tmp_path / "ramp.png").read_bytes()
    np.testing.assert_array_equal(read_image(data), RAMP)
    assert image_digest(data) == image_digest(tmp_path / "ramp.png")
    with pytest.raises(ImageError, match=r"^cannot read the image: it is not an image file$"):
        read_image(b"text")
    with pytest.raises(ImageError, match="an image of no bytes"):
        read_image(b"")
    with pytest.raises(ImageError, match="give a list of images"):
        check_image_list(data)


def in_mode(mode):
    """COLOR as an image of Pillow's in one of its modes."""
    image = Image.fromarray(COLOR)
    if mode.startswith("I;16"):
        return Image.frombytes(mode, (32, 24), (RAMP * np.uint16(257)).tobytes())
    if mode == "LAB":
        return Image.frombytes(mode, (32, 24), COLOR.tobytes())
    if mode == "F":
        return Image.fromarray(RAMP / np.float32(255))
    clear = {"La": "LA", "RGBa": "RGBA", "LA": "LA", "RGBA": "RGBA"}.get(mode)
    if clear:
        image = image.convert(clear)
        image.putalpha(Image.fromarray(RAMP))
    return image.convert("P").convert("PA") if mode == "PA" else image.convert(mode)


# Modes that no format keeps are read as the mode that is saved in their place.
NOT_KEPT = {"La": "LA", "RGBa": "RGBA", "RGBX": "RGB", "HSV": "RGB"}
KEPT = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I", "I;16", "I;16B", "F")


def test_an_image_of_pillows_is_read_as_its_file_is():
    for mode, kept in {**dict(zip(KEPT, KEPT, strict=True)), **NOT_KEPT}.items():
        image = in_mode(mode)
        before = image.tobytes()
        buffer = io.BytesIO()
        (image if kept == mode else image.convert(kept)).save(buffer, "TIFF")
        expected = read_image(buffer.getvalue())
        np.testing.assert_array_equal(read_image(image), expected, mode)
        assert (image.mode, image.tobytes()) == (mode, before), "the user's own is changed"
        assert image_digest(image) == image_digest(expected), mode


def test_palettes_of_pillows_with_transparency():
    clear = Image.fromarray(COLOR).convert("RGBA")
    clear.putalpha(Image.fromarray(np.where(RAMP > 100, 255, 0).astype(np.uint8)))
    palette = Image.new("P", (4, 2), 1)
    palette.putpalette([0, 0, 0, 200, 10, 30])
    palette.info["transparency"] = 1
    for image, place in ((clear.quantize(64), (0, 0)), (palette, (1, 1))):
        assert image.mode == "P"
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        np.testing.assert_array_equal(read_image(image), read_image(buffer.getvalue()))
        assert read_image(image)[place].tolist() == [255, 255, 255]


def test_an_opened_image_is_turned_as_its_file_is(tmp_path):
    for name in ("turned.jpg", "turned.png", "turned.tif"):
        stored_as(COLOR, 6).save(tmp_path / name, exif=exif(6))
        with Image.open(tmp_path / name) as image:
            np.testing.assert_array_equal(read_image(image), read_image(tmp_path / name))
            assert read_image(image).shape == COLOR.shape


def test_what_is_no_image_is_rejected(tmp_path):
    path = jpeg(tmp_path, 0.5)
    with Image.open(path) as cut:
        for bad, says in (
            (cut, "cannot read the image: .*truncated"),
            (Image.new("RGB", (0, 3)), "cannot read the image: it has no pixels"),
            (None, "a uint8 array or a PIL image, not NoneType"),
            ([[1, 2]], "a uint8 array or a PIL image, not list"),
        ):
            with pytest.raises(ImageError, match=says):
                read_image(bad)


def jpeg(tmp_path, keep):
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    Image.fromarray(noise).save(buffer, "JPEG")
    path = tmp_path / "cut.jpg"
    path.write_bytes(buffer.getvalue()[: int(len(buffer.getvalue()) * keep)])
    return path


def test_a_truncated_jpeg_is_never_read_in_part(tmp_path):
    for keep in (0.01, 0.1, 0.5, 0.9):
        with pytest.raises(ImageError, match=r"cannot read the image .*cut\.jpg: "):
            read_image(jpeg(tmp_path, keep))


def test_a_truncated_png_is_never_read_in_part(tmp_path):
    Image.fromarray(COLOR).save(tmp_path / "whole.png")
    data = (tmp_path / "whole.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(data[: len(data) // 2])
    with pytest.raises(ImageError, match=r"cut\.png"):
        read_image(tmp_path / "cut.png")


def test_damage_of_any_kind_is_an_image_error(tmp_path):
    for suffix in ("png", "jpg", "gif", "tif", "bmp", "webp"):
        rng = np.random.default_rng(0)
        path = tmp_path / f"damaged.{suffix}"
        Image.fromarray(COLOR).save(path, exif=exif(3))
        whole = bytearray(path.read_bytes())
        for _ in range(60):
            data = whole.copy()
            for place in rng.integers(0, len(data), 3):
                data[place] = rng.integers(0, 256)
            path.write_bytes(data)
            with contextlib.suppress(ImageError):  # nothing else comes out, and no half picture
                assert read_image(path).ndim in (2, 3), suffix


def test_what_is_no_image_is_named_with_its_reason(tmp_path):
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "notes.jpg").write_bytes(b"these are only words\n" * 40)
    for name, reason in {
        "empty.jpg": "the file is empty",
        "notes.jpg": "it is not an image file",
        "missing.jpg": "no such file or directory",
    }.items():
        with pytest.raises(ImageError) as caught:
            read_image(tmp_path / name)
        assert str(caught.value) == f"cannot read the image {tmp_path / name}: {reason}"


def test_a_folder_and_an_impossible_path_are_no_images(tmp_path):
    with pytest.raises(ImageError, match="cannot read the image"):
        read_image(tmp_path)
    with pytest.raises(ImageError, match="null"):
        read_image("a\0b.png")


@pytest.mark.skipif(os.name == "nt" or os.getuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    Image.fromarray(RAMP).save(tmp_path / "secret.png")
    (tmp_path / "secret.png").chmod(0)
    with pytest.raises(ImageError, match="permission denied"):
        read_image(tmp_path / "secret.png")


def test_arrays_are_taken_as_they_are():
    for given in (RAMP, COLOR, COLOR[:, ::-1]):
        np.testing.assert_array_equal(read_image(given), given)
    np.testing.assert_array_equal(read_image(RAMP[:, :, None]), RAMP)


def test_an_rgba_array_is_laid_on_white():
    image = np.dstack([COLOR, np.full(RAMP.shape, 255, np.uint8)])
    image[0, 0, 3] = 0
    found = read_image(image)
    assert found[0, 0].tolist() == [255, 255, 255]
    np.testing.assert_array_equal(found[1:], COLOR[1:])


def test_arrays_of_other_shapes_and_dtypes_are_rejected():
    for shape in ((0, 0), (5, 0, 3), (24,), (4, 4, 2), (4, 4, 5), (2, 4, 4, 3), ()):
        with pytest.raises(ImageError, match=r"is \(H, W\) grey or \(H, W, 3\) RGB"):
            read_image(np.zeros(shape, np.uint8))
    for dtype in (np.float32, np.uint16, np.int64, bool):
        with pytest.raises(ImageError, match=f"uint8 .*but this one holds {np.dtype(dtype)}"):
            read_image(RAMP.astype(dtype))


def test_to_gray_weighs_by_bt_601():
    colors = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)
    assert to_gray(colors).tolist() == [[76, 150, 29, 255]]
    assert to_gray(RAMP) is RAMP


def test_the_digest_is_that_of_the_content(tmp_path):
    Image.fromarray(RAMP).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes())
    Image.fromarray(COLOR).save(tmp_path / "c.png")
    one, same, other = (image_digest(tmp_path / name) for name in ("a.png", "b.png", "c.png"))
    assert one == same != other
    assert len(one) == 64
    with pytest.raises(ImageError, match=r"gone\.png"):
        image_digest(tmp_path / "gone.png")


def test_the_digest_of_an_array_knows_its_shape_and_layout():
    flat = np.arange(24, dtype=np.uint8)
    digests = {image_digest(flat.reshape(shape)) for shape in ((4, 6), (6, 4), (2, 4, 3))}
    assert len(digests) == 3
    strided = RAMP[:, ::2]
    assert image_digest(strided) == image_digest(strided.copy()) != image_digest(RAMP)


def test_a_bare_image_is_no_list(tmp_path):
    for bare in (str(tmp_path), tmp_path, RAMP, COLOR, Image.fromarray(RAMP), None, 3, np.array(0)):
        with pytest.raises(ImageError, match="give a list of images"):
            check_image_list(bare)
    for fine in ([RAMP], (), [tmp_path], np.array(["a.png"]), np.zeros((5, 48, 48), np.uint8)):
        check_image_list(fine)


def test_an_image_of_too_many_pixels_is_reported_in_plain_words(tmp_path, monkeypatch):
    Image.fromarray(RAMP).save(tmp_path / "huge.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 50)
    with pytest.raises(ImageError, match=r"huge\.png: it has over 0 million pixels$"):
        read_image(tmp_path / "huge.png")
