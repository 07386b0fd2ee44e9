"""The files that a video's answers go to."""

from __future__ import annotations

from pathlib import Path

import pytest

from happysad.utils.errors import UserError
from happysad.video_io.outputs import new_folder, outputs


def test_the_folder_is_named_after_the_clip_and_lies_here():
    files = outputs("far/away/party.mov", None, "webm")
    assert files.video == Path("party-happysad/annotated.webm")
    assert files.table == Path("party-happysad/timeline.csv")
    assert outputs("party.mov", "seen", None).video is None


def test_the_clip_itself_is_never_written_over(tmp_path):
    for name in ("annotated.mp4", "timeline.csv", "timeline.png"):
        with pytest.raises(UserError, match=f"would write over .*{name}"):
            outputs(str(tmp_path / name), str(tmp_path), "mp4")


def test_a_place_that_is_no_folder_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UserError, match="is a file: name a folder"):
        outputs("a.mp4", str(tmp_path / "file"), "mp4")
    with pytest.raises(UserError, match="needs the name of a folder"):
        outputs("a.mp4", "", "mp4")


def test_a_new_folder_that_stays_empty_goes_and_others_stay(tmp_path):
    with new_folder(tmp_path / "new"):
        (tmp_path / "new").mkdir()
    assert not (tmp_path / "new").exists()
    with new_folder(tmp_path / "new"):
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / "file").write_text("kept")
    with new_folder(tmp_path):
        pass
    assert (tmp_path / "new" / "file").exists()
