"""Where commands write to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from happysad.commands.output_paths import annotated_paths, check_output_paths, video_paths
from happysad.utils.errors import UserError


def test_places_that_can_be_written_pass(tmp_path, photo):
    check_output_paths(None, None, None, [photo])
    new = tmp_path / "new" / "deep"
    check_output_paths(str(new / "a.csv"), "-", str(new), [photo])
    check_output_paths(os.devnull, "-", str(tmp_path), [b"bytes"])


def test_no_picture_is_written_over(tmp_path, photo):
    (tmp_path / "other").write_bytes(photo.read_bytes())
    for place, sources in ((photo, []), (tmp_path / "other", [tmp_path / "other"])):
        for option in ((str(place), None), (None, str(place))):
            with pytest.raises(UserError, match=f"{place.name} would write over a picture"):
                check_output_paths(*option, None, sources)


def test_two_answers_do_not_go_into_one_file(tmp_path):
    with pytest.raises(UserError, match="name the same file"):
        check_output_paths(str(tmp_path / "a"), str(tmp_path / "." / "a"), None, [])
    with pytest.raises(UserError, match="cannot both be printed"):
        check_output_paths("-", "-", None, [])


def test_names_are_needed():
    for given in (("", None, None), (None, "", None), (None, None, "")):
        with pytest.raises(UserError, match="needs the name of a f"):
            check_output_paths(*given, [])


def test_what_cannot_be_written_is_told_before_the_work(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UserError, match="is no folder"):
        check_output_paths(str(tmp_path / "file" / "a.csv"), None, None, [])
    with pytest.raises(UserError, match="it is a folder"):
        check_output_paths(None, str(tmp_path), None, [])
    with pytest.raises(UserError, match="is a file: name a folder"):
        check_output_paths(None, None, str(tmp_path / "file"), [])
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UserError, match="may not be written to"):
        check_output_paths(str(tmp_path / "new" / "a.csv"), None, None, [])


def test_names_are_kept_and_numbered_where_two_share_one(tmp_path):
    images = [Path("a/x.jpg"), Path("b/x.JPEG"), Path("b/x.png"), Path("c/y.webp"), Path("c/x.tif")]
    names = [place.name for place in annotated_paths(tmp_path, images)]
    assert names == ["x.jpg", "x-2.jpg", "x.png", "y.jpg", "x-2.png"]


def test_names_that_some_systems_take_for_one_are_kept_apart(tmp_path):
    images = [Path("a/IMG.jpg"), Path("b/img.jpg"), Path("c/img-2.jpg"), Path("d/Img.JPG")]
    names = [place.name for place in annotated_paths(tmp_path, images)]
    assert names == ["IMG.jpg", "img-2.jpg", "img-2-2.jpg", "Img-3.jpg"]


def test_thousands_of_one_name_are_numbered_in_no_time(tmp_path):
    images = [Path(f"{number}/profile.jpg") for number in range(5_000)]
    assert len({place.name for place in annotated_paths(tmp_path, images)}) == 5_000


def test_no_original_is_annotated_in_place(tmp_path):
    with pytest.raises(UserError, match="would write over your picture"):
        annotated_paths(tmp_path / ".." / tmp_path.name, [tmp_path / "x.jpg"])


def test_a_loop_of_links_is_no_trouble(tmp_path):
    (tmp_path / "a.png").symlink_to(tmp_path / "a.png")
    assert annotated_paths(tmp_path / "drawn", [tmp_path / "a.png"]) == [
        tmp_path / "drawn" / "a.png"
    ]


def test_the_folder_is_named_after_the_clip_and_lies_here():
    files = video_paths("far/away/party.mov", None, "webm")
    assert files.video == Path("party-happysad/annotated.webm")
    assert files.table == Path("party-happysad/timeline.csv")
    assert video_paths("party.mov", "seen", None).video is None


def test_the_clip_itself_is_never_written_over(tmp_path):
    for name in ("annotated.mp4", "timeline.csv", "timeline.png"):
        with pytest.raises(UserError, match=f"would write over .*{name}"):
            video_paths(str(tmp_path / name), str(tmp_path), "mp4")


def test_a_place_that_is_no_folder_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UserError, match="is a file: name a folder"):
        video_paths("a.mp4", str(tmp_path / "file"), "mp4")
    with pytest.raises(UserError, match="needs the name of a folder"):
        video_paths("a.mp4", "", "mp4")
