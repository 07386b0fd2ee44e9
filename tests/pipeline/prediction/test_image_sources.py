"""Files, folders and patterns as a list of images."""

from __future__ import annotations

import os

import numpy as np
import pytest

from happysad.pipeline.prediction.image_sources import named_images
from happysad.utils.errors import UserError


@pytest.fixture
def album(tmp_path, monkeypatch):
    for name in ("b.JPG", "a [1].png", "sub/c.jpeg", "sub/.hidden.jpg", ".thumbs/d.jpg", "e.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "folder.jpg").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*sources):
    return [name.replace(os.sep, "/") for name, _ in named_images(sources)]


def test_folders_are_searched_but_for_what_is_hidden(album):
    assert names(".") == ["a [1].png", "b.JPG", "sub/c.jpeg"]
    assert names(album / "sub") == [f"{album}/sub/c.jpeg"]


def test_other_files_of_a_folder_are_counted_and_named(album):
    lines = []
    assert len(list(named_images([album, "e.txt"], lines.append))) == 4
    assert lines == [f"1 non-image file of {album} left out: e.txt"]
    (album / "texts").mkdir()
    (album / "texts" / "a.mov").touch()
    with pytest.raises(UserError, match=r"holds no images \(.*\), but 1 other file in it: a\.mov"):
        names("texts")


def test_a_file_is_taken_whatever_its_name(album):
    assert names("e.txt", "sub/.hidden.jpg") == ["e.txt", "sub/.hidden.jpg"]
    assert names("a [1].png") == ["a [1].png"]  # no pattern, since it is there


def test_patterns(album):
    assert names("*.JPG") == ["b.JPG"]
    assert names("**/*.jp*g") == ["sub/c.jpeg"]
    assert names("s*b") == ["sub/c.jpeg"]
    with pytest.raises(UserError, match=r"no image that \*\.webp matches"):
        names("*.webp")


def test_addresses_are_rejected():
    for address in (
        "http://a.b/c.jpg",
        "HTTPS://a.b/c",
        "file:///c.jpg",
        "data:image/png;base64,A",
    ):
        with pytest.raises(UserError, match="is an address: only files are read"):
            names(address)


def test_what_is_not_there_is_named(album):
    with pytest.raises(UserError, match=r"no image or folder nothing\.jpg"):
        names("nothing.jpg")
    with pytest.raises(UserError, match="empty name"):
        names("")
    (album / "empty").mkdir()
    with pytest.raises(UserError, match="holds no images"):
        names("empty")


def test_a_broken_link_is_an_image_that_cannot_be_read(album):
    (album / "gone.jpg").symlink_to(album / "nowhere.jpg")
    assert "gone.jpg" in names(".")
    assert names("gone.jpg") == ["gone.jpg"]


def test_bytes_and_arrays_are_named_by_their_place(album):
    pixels = np.zeros((4, 4), np.uint8)
    assert names(b"x", "b.JPG", pixels) == ["image 0", "b.JPG", "image 2"]


def test_what_is_no_list_of_images_is_one_sentence():
    for wrong in ("photo.jpg", b"data", np.zeros((4, 4), np.uint8)):
        with pytest.raises(UserError, match="give a list of images"):
            list(named_images(wrong))
    with pytest.raises(UserError, match="not NoneType"):
        list(named_images([None]))


def test_a_link_to_a_folder_above_is_not_walked_round(album):
    (album / "sub" / "loop").symlink_to(album)
    assert names(".") == ["a [1].png", "b.JPG", "sub/c.jpeg"]
    assert names("**/*.jpeg") == ["sub/c.jpeg"]


def test_a_folder_that_cannot_be_read_is_one_sentence(album, monkeypatch):
    def walk(folder, onerror, followlinks):
        onerror(PermissionError(13, "Permission denied", f"{folder}/closed"))

    monkeypatch.setattr(os, "walk", walk)
    with pytest.raises(UserError, match="into the folder sub/closed: permission denied"):
        names("sub")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_not_waited_for(album):
    os.mkfifo(album / "pipe.png")
    with pytest.raises(UserError, match=r"pipe\.png is no regular file"):
        names("pipe.png")
