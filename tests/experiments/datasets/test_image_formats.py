"""Formats of images: what a file is, and which formats stand by themselves."""

from __future__ import annotations

import pytest
from PIL import Image

from happysad.experiments.datasets.image_formats import format_names, image_form
from happysad.utils.image_decoding import ImageError


@pytest.mark.parametrize(
    ("mode", "colour"), [("L", "grey"), ("1", "grey"), ("I;16", "grey"), ("RGB", "colour")]
)
def test_a_file_is_grey_or_in_colour_of_a_width_and_a_height(tmp_path, mode, colour):
    Image.new(mode, (30, 20)).save(tmp_path / "a.png")
    assert image_form(tmp_path / "a.png") == (colour, 30, 20)


def test_a_file_that_is_no_image_is_named(tmp_path):
    (tmp_path / "a.png").write_text("no image")
    with pytest.raises(ImageError, match=r"a\.png"):
        image_form(tmp_path / "a.png")


def test_common_formats_stand_alone_and_the_rest_by_colour_and_size():
    common, mid = ("grey", 350, 350), ("grey", 100, 100)
    forms = [common] * 16 + [mid] * 2 + [("colour", 40, 50), ("colour", 350, 350)]
    names = format_names(forms)
    assert names[:18] == ["grey 350x350"] * 16 + ["grey 100x100"] * 2
    assert names[18:] == ["small colour"] * 2
    assert format_names([("grey", 10, 10)] * 19 + [("colour", 90, 90)])[-1] == "large colour"


def test_where_no_format_is_common_the_colour_is_the_format():
    forms = [("colour", n, n) for n in range(1, 12)] + [("grey", 5, n) for n in range(1, 12)]
    assert set(format_names(forms)) == {"colour", "grey"}


@pytest.mark.real
def test_muxspace_has_two_formats_that_give_the_label_away(shared_data):
    import pandas as pd

    from happysad.pipeline.data.class_folders import read_source

    frame = read_source(shared_data / "muxspace").frame
    formats = format_names([image_form(path) for path in frame["path"]])
    counts = pd.DataFrame({"form": formats, "label": frame["label"]}).value_counts()
    assert counts.to_dict() == {
        ("grey 350x350", "happy"): 2534,
        ("grey 350x350", "sad"): 53,
        ("small colour", "happy"): 252,
        ("small colour", "sad"): 81,
    }
