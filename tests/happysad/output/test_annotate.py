"""Pictures with the answers drawn in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from happysad.output.annotate import annotate, face_text, targets
from happysad.pipeline.prediction.prediction import FacePrediction, ImagePrediction
from happysad.utils.errors import UserError

FACE = FacePrediction("happy", 0.974, (179, 83, 267, 171), 0.93)


def test_a_face_is_told_in_a_word_and_a_number():
    assert face_text(FACE) == "happy 0.97"
    assert face_text(replace(FACE, status="full_frame")) == "happy 0.97 (no face found)"


def test_names_are_kept_and_numbered_where_two_share_one(tmp_path):
    images = [Path("a/x.jpg"), Path("b/x.JPEG"), Path("b/x.png"), Path("c/y.webp"), Path("c/x.tif")]
    names = [place.name for place in targets(tmp_path, images)]
    assert names == ["x.jpg", "x-2.jpg", "x.png", "y.jpg", "x-2.png"]


def test_names_that_some_systems_take_for_one_are_kept_apart(tmp_path):
    images = [Path("a/IMG.jpg"), Path("b/img.jpg"), Path("c/img-2.jpg"), Path("d/Img.JPG")]
    names = [place.name for place in targets(tmp_path, images)]
    assert names == ["IMG.jpg", "img-2.jpg", "img-2-2.jpg", "Img-3.jpg"]


def test_thousands_of_one_name_are_numbered_in_no_time(tmp_path):
    images = [Path(f"{number}/profile.jpg") for number in range(20_000)]
    assert len({place.name for place in targets(tmp_path, images)}) == 20_000


def test_no_picture_is_written_over(tmp_path):
    with pytest.raises(UserError, match="would write over your picture"):
        targets(tmp_path / ".." / tmp_path.name, [tmp_path / "x.jpg"])


def test_what_could_be_read_is_drawn(tmp_path):
    Image.fromarray(astronaut()).save(tmp_path / "a.png")
    sources = [tmp_path / "a.png", tmp_path / "text.jpg", tmp_path / "a.png"]
    answers = [
        ImagePrediction("a", "ok", "", 512, 512, (FACE,)),
        ImagePrediction("t", "unreadable", "no image"),
        ImagePrediction("b", "no_face", "", 512, 512),
    ]
    places = targets(tmp_path / "drawn", sources)
    written = annotate(zip(answers, sources, strict=True), places)
    assert [path.name for path in written] == ["a.png", "a-2.png"]
    assert sorted(p.name for p in (tmp_path / "drawn").iterdir()) == ["a-2.png", "a.png"]
    with_box, without = (np.asarray(Image.open(path)) for path in written)
    assert (with_box[90:160, 170:185] != astronaut()[90:160, 170:185]).any()
    np.testing.assert_array_equal(without[90:160], astronaut()[90:160])
    assert (without[:30] != astronaut()[:30]).any()  # it says that there is no face


def test_small_pictures_are_enlarged_so_that_words_fit(tmp_path):
    small = tmp_path / "small.png"
    Image.fromarray(np.full((48, 48), 90, np.uint8)).save(small)
    answer = ImagePrediction(
        "s", "ok", "", 48, 48, (FacePrediction("happy", 0.97, (8, 20, 40, 46), 0.9),)
    )
    annotate([(answer, small)], targets(tmp_path / "drawn", [small]))
    drawn = np.asarray(Image.open(tmp_path / "drawn" / "small.png"))
    assert drawn.shape == (240, 240, 3)
    assert (drawn[120:220, 60:180] == 90).all()  # the face can be seen


def test_a_long_strip_is_not_enlarged_to_gigabytes(tmp_path):
    strip = tmp_path / "strip.png"
    Image.fromarray(np.full((1, 20_000), 90, np.uint8)).save(strip)
    (drawn,) = annotate(
        [(ImagePrediction("s", "no_face", "", 20_000, 1), strip)], targets(tmp_path / "d", [strip])
    )
    assert Image.open(drawn).size == (20_000, 1)


def test_a_loop_of_links_is_no_trouble(tmp_path):
    (tmp_path / "a.png").symlink_to(tmp_path / "a.png")
    assert targets(tmp_path / "drawn", [tmp_path / "a.png"]) == [tmp_path / "drawn" / "a.png"]


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path, photo):
    (tmp_path / "file").write_text("x")
    answer = ImagePrediction("a", "no_face", "", 512, 320)
    with pytest.raises(UserError, match=r"cannot write the picture .*photo\.jpg"):
        annotate([(answer, photo)], targets(tmp_path / "file", [photo]))
