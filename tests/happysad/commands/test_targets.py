"""Where predict is told to write."""

from __future__ import annotations

import os

import pytest

from happysad.commands.targets import check_targets
from happysad.utils.errors import UserError


def test_places_that_can_be_written_pass(tmp_path, photo):
    check_targets(None, None, None, [photo])
    new = tmp_path / "new" / "deep"
    check_targets(str(new / "a.csv"), "-", str(new), [photo])
    check_targets(os.devnull, "-", str(tmp_path), [b"bytes"])


def test_no_picture_is_written_over(tmp_path, photo):
    (tmp_path / "other").write_bytes(photo.read_bytes())
    for place, sources in ((photo, []), (tmp_path / "other", [tmp_path / "other"])):
        for option in ((str(place), None), (None, str(place))):
            with pytest.raises(UserError, match=f"{place.name} would write over a picture"):
                check_targets(*option, None, sources)


def test_two_answers_do_not_go_into_one_file(tmp_path):
    with pytest.raises(UserError, match="name the same file"):
        check_targets(str(tmp_path / "a"), str(tmp_path / "." / "a"), None, [])
    with pytest.raises(UserError, match="cannot both be printed"):
        check_targets("-", "-", None, [])


def test_names_are_needed():
    for given in (("", None, None), (None, "", None), (None, None, "")):
        with pytest.raises(UserError, match="needs the name of a f"):
            check_targets(*given, [])


def test_what_cannot_be_written_is_told_before_the_work(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UserError, match="is no folder"):
        check_targets(str(tmp_path / "file" / "a.csv"), None, None, [])
    with pytest.raises(UserError, match="it is a folder"):
        check_targets(None, str(tmp_path), None, [])
    with pytest.raises(UserError, match="is a file: name a folder"):
        check_targets(None, None, str(tmp_path / "file"), [])
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UserError, match="may not be written to"):
        check_targets(str(tmp_path / "new" / "a.csv"), None, None, [])
