"""One look for all figures."""

from __future__ import annotations

import pytest

from happysad.experiments.reporting.figures import style
from happysad.experiments.reporting.figures.style import HALVES, drawing, kind_of, line_styles
from happysad.pipeline.models.registry import RECIPES


def test_all_recipes_and_their_variants_are_told_apart():
    names = [f"{name}+{how}" if how else name for name in RECIPES for how in HALVES]
    given = line_styles([*names, "my-model", "another"])
    seen = {(look.color, look.marker, look.fill) for look in given.values()}
    assert len(seen) == len(names) + 2


def test_in_grey_print_the_markers_differ():
    assert len({look.marker for look in line_styles(RECIPES).values()}) == len(RECIPES)


def test_a_look_does_not_depend_on_the_others():
    every = line_styles([*RECIPES, "hog-svm+oversample"])
    assert all(line_styles([name])[name] == every[name] for name in every)


def test_kinds_differ_in_their_dashes():
    for name, kind in {
        "cnn-small": "cnn", "cnn-resnet+oversample": "cnn", "embedding-svm": "pre-trained",
        "dummy": "chance", "fusion-gb": "handcrafted",
    }.items():  # fmt: skip
        assert kind_of(name) == kind
        dash = line_styles([name])[name].dash
        same = [other for other in RECIPES if line_styles([other])[other].dash == dash]
        assert {kind_of(other) for other in same} <= {kind}, name


def test_nothing_is_left_of_a_drawing_that_failed(tmp_path):
    with pytest.raises(RuntimeError), drawing(tmp_path / "x.png", 2, 2):
        raise RuntimeError
    assert not list(tmp_path.iterdir())


def test_a_drawing_has_its_size(tmp_path):
    from PIL import Image

    with drawing(tmp_path / "x.png", 2, 1) as figure:
        figure.subplots()
    with Image.open(tmp_path / "x.png") as image:
        assert image.size == (2 * style.DPI, style.DPI)
