"""Pictures with the answers drawn in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from happysad.commands.output_paths import annotated_paths
from happysad.output.annotate import annotate, face_text
from happysad.pipeline.prediction.prediction import FacePrediction, ImagePrediction
from happysad.utils.errors import UserError

FACE = FacePrediction("happy", 0.974, (179, 83, 267, 171), 0.93)


def test_a_face_is_told_in_a_word_and_a_number():
    assert face_text(FACE) == "happy 0.97"
    assert face_text(replace(FACE, label="sad", p_happy=0.2)) == "sad 0.80"
    assert face_text(replace(FACE, label="unsure")) == "unsure"
    assert face_text(replace(FACE, status="full_frame")) == "happy 0.97 (no face found)"


def test_what_could_be_read_is_drawn(tmp_path):
    Image.fromarray(astronaut()).save(tmp_path / "a.png")
    sources = [tmp_path / "a.png", tmp_path / "text.jpg", tmp_path / "a.png"]
    answers = [
        ImagePrediction("a", "ok", "", 512, 512, (FACE,)),
        ImagePrediction("t", "unreadable", "no image"),
        ImagePrediction("b", "no_face", "", 512, 512),
    ]
    places = annotated_paths(tmp_path / "drawn", sources)
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
    annotate([(answer, small)], annotated_paths(tmp_path / "drawn", [small]))
    drawn = np.asarray(Image.open(tmp_path / "drawn" / "small.png"))
    assert drawn.shape == (240, 240, 3)
    assert (drawn[120:220, 60:180] == 90).all()  # the face can be seen


def test_a_long_strip_is_not_enlarged_to_gigabytes(tmp_path):
    strip = tmp_path / "strip.png"
    Image.fromarray(np.full((1, 20_000), 90, np.uint8)).save(strip)
    (drawn,) = annotate(
        [(ImagePrediction("s", "no_face", "", 20_000, 1), strip)],
        annotated_paths(tmp_path / "d", [strip]),
    )
    assert Image.open(drawn).size == (20_000, 1)


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path, photo):
    (tmp_path / "file").write_text("x")
    answer = ImagePrediction("a", "no_face", "", 512, 320)
    with pytest.raises(UserError, match=r"cannot write the picture .*photo\.jpg"):
        annotate([(answer, photo)], annotated_paths(tmp_path / "file", [photo]))
