"""Blocks of features: named, left out, weighted anew."""

from __future__ import annotations

import pickle
from functools import partial

import pytest

from happysad.experiments.attribution.feature_subsets import (
    block_names,
    extractors,
    make_with_blocks,
)
from happysad.features import Embedding, Hog, LandmarkGeometry, Lbp, Pixels, VisualWords
from happysad.pipeline.models.registry import RECIPES, make_model
from happysad.utils.errors import UserError


def squares(model):
    """The square of each block's weight, which is its share of all variance."""
    union = model.named_steps["features"]
    assert [name for name, _ in union.transformer_list] == list(union.transformer_weights)
    return {name: weight**2 for name, weight in union.transformer_weights.items()}


def test_the_extractors_of_a_model_are_found():
    kinds = {name: [type(one) for one in extractors(make_model(name))] for name in RECIPES}
    assert kinds["fusion-svm"] == kinds["fusion-gb"] == [LandmarkGeometry, Hog, Lbp, VisualWords]
    assert kinds["embedding-svm"] == [Embedding]
    assert kinds["pixels-logreg"] == [Pixels]
    assert kinds["dummy"] == kinds["cnn-small"] == []


def test_the_blocks_of_a_recipe_have_names():
    assert block_names("fusion-svm") == ["landmarks", "hog", "lbp", "bovw"]
    assert block_names("texture-svm+class-weight") == ["hog", "lbp", "bovw"]
    assert block_names("fusion-gb") == block_names("fusion-svm")


def test_all_blocks_are_the_recipe_itself():
    every = make_with_blocks("fusion-svm", ("landmarks", "hog", "lbp", "bovw"), 3)
    assert repr(every.get_params()) == repr(make_model("fusion-svm", 3).get_params())


def test_the_squared_weights_of_those_left_add_up_to_what_all_did():
    for kept, expected in (
        (("hog", "bovw"), {"hog": 1 / 2, "bovw": 1 / 2}),
        (("landmarks", "lbp"), {"landmarks": 5 / 11, "lbp": 6 / 11}),
        (("hog", "lbp", "bovw"), {"hog": 0.35, "lbp": 0.30, "bovw": 0.35}),
        (("landmarks",), {"landmarks": 1.0}),
    ):
        assert squares(make_with_blocks("fusion-svm", kept)) == pytest.approx(expected)


def test_a_recipe_of_one_block_or_none_is_refused():
    for name in ("hog-svm", "cnn-small"):
        with pytest.raises(UserError, match=f"{name} has fewer than two blocks"):
            block_names(name)


def test_it_goes_to_other_processes():
    build = pickle.loads(pickle.dumps(partial(make_with_blocks, "fusion-svm", ("hog",))))
    assert list(squares(build(0))) == ["hog"]
