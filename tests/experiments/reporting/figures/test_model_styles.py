"""Each model has a look of its own."""

from __future__ import annotations

from happysad.experiments.reporting.figures.model_styles import HALVES, kind_of, line_styles
from happysad.experiments.reporting.figures.style import HAPPY, SAD
from happysad.pipeline.models.registry import RECIPES


def test_all_recipes_and_their_variants_have_other_colours_or_dashes():
    names = [f"{name}+{how}" if how else name for name in RECIPES for how in HALVES]
    given = line_styles([*names, "my-model", "another", "cnn-mine"])
    seen = {(look.color, str(look.dash)) for look in given.values()}
    assert len(seen) == len(names) + 3
    assert not {HAPPY, SAD} & {look.color for look in given.values()}


def test_many_unknown_models_are_drawn_all_the_same():
    assert len(line_styles(f"model {i}" for i in range(99))) == 99


def test_in_grey_print_the_markers_differ():
    assert len({look.marker for look in line_styles(RECIPES).values()}) == len(RECIPES)


def test_a_look_does_not_depend_on_the_others():
    every = line_styles([*RECIPES, "hog-svm+oversample", "other"])
    assert all(line_styles([name])[name] == every[name] for name in every if name != "other")


def test_kinds_differ_in_their_dashes():
    for name, kind in {
        "cnn-small": "cnn", "cnn-resnet+oversample": "cnn", "embedding-svm": "pre-trained",
        "dummy": "chance", "fusion-gb": "handcrafted",
    }.items():  # fmt: skip
        assert kind_of(name) == kind
        dash = line_styles([name])[name].dash
        same = [other for other in RECIPES if line_styles([other])[other].dash == dash]
        assert {kind_of(other) for other in same} <= {kind}, name
