"""What is no clip."""

from __future__ import annotations

import pytest
from PIL import Image

from happysad.utils.errors import UserError
from happysad.video_io.file_checks import check_video, why_unreadable


def told(path):
    with pytest.raises(UserError) as error:
        check_video(str(path))
    return str(error.value)


def test_a_clip_is_a_clip(clip):
    check_video(str(clip))


def test_what_is_none_is_one_sentence(tmp_path, photo):
    (tmp_path / "empty.mp4").touch()
    assert "the file is empty" in told(tmp_path / "empty.mp4")
    assert "no such file" in told(tmp_path / "nothing.mp4")
    assert "is a folder: give one video file" in told(tmp_path)
    assert told(photo).endswith(f"say happysad predict {photo}")
    assert "null byte" in told("a\0b.mp4")


@pytest.mark.parametrize("address", ["https://example.org/a.mp4", "rtsp://camera/1", "s3://x/y"])
def test_addresses_are_refused(address):
    assert f"{address} is an address: download" in told(address)


def test_an_image_by_any_name_is_one(tmp_path):
    image = tmp_path / "photo.mp4"
    Image.new("RGB", (40, 30)).save(image, "JPEG")
    assert "is an image, no video" in told(image)


def test_a_phones_picture_is_no_clip(tmp_path):
    (tmp_path / "IMG_1.HEIC").write_bytes(b"\0\0\0\x24ftypheic\0\0\0\0")
    assert "is an image, no video: say happysad predict" in told(tmp_path / "IMG_1.HEIC")


def test_an_animated_gif_is_a_clip_and_a_still_one_is_not(tmp_path):
    frames = [Image.new("L", (40, 30), k * 90) for k in range(3)]
    frames[0].save(tmp_path / "moves.gif", save_all=True, append_images=frames[1:])
    check_video(str(tmp_path / "moves.gif"))
    frames[0].save(tmp_path / "still.gif")
    assert "is an image, no video" in told(tmp_path / "still.gif")


def test_why_a_file_cannot_be_opened(tmp_path, clip):
    cut, text = tmp_path / "cut.mp4", tmp_path / "text.mp4"
    cut.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    assert "was cut off, and its index" in why_unreadable(str(cut))
    text.write_text("no video, but longer than the eight bytes of a box")
    assert "it is no video" in why_unreadable(str(text))
    assert "cut off" not in why_unreadable(str(clip))


def test_boxes_of_every_length_are_skipped(tmp_path):
    large = b"\0\0\0\1mdat" + (20).to_bytes(8, "big") + b"abcd"
    file = tmp_path / "large.mp4"
    file.write_bytes(b"\0\0\0\x08ftyp" + large + b"\0\0\0\x08moov")
    assert "cut off" not in why_unreadable(str(file))
    file.write_bytes(b"\0\0\0\x08ftyp" + large + b"\0\0\0\0free")
    assert "cut off" in why_unreadable(str(file))


def test_a_text_named_as_an_image_is_not_taken_for_a_clip(tmp_path):
    (tmp_path / "t.jpg").write_text("text")
    with pytest.raises(UserError, match=r"t\.jpg: it is named as an image and is none"):
        check_video(str(tmp_path / "t.jpg"))
