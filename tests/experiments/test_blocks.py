"""Blocks of features: found, left out, weighted anew."""

from __future__ import annotations

import pickle
from functools import partial

import pytest
from sklearn.pipeline import FeatureUnion

from happysad.experiments.blocks import block_names, make_with_blocks
from happysad.features.errors import UserError
from happysad.pipeline.block import PrincipalBlock
from happysad.pipeline.models import make_model


def weights(model):
    found = {}
    for value in model.get_params(deep=True).values():
        if isinstance(value, FeatureUnion):
            for name, block in value.transformer_list:
                assert isinstance(block, PrincipalBlock)
                found[name] = block.weight
    return found


def test_the_blocks_of_a_recipe_have_names():
    assert block_names("fusion-svm") == ["landmarks", "hog", "lbp", "words"]
    assert block_names("texture-svm+class-weight") == ["hog", "lbp", "words"]
    assert block_names("fusion-gb") == block_names("fusion-svm")


def test_all_blocks_are_the_recipe_itself():
    every = make_with_blocks("fusion-svm", ("landmarks", "hog", "lbp", "words"), 3)
    assert repr(every.get_params()) == repr(make_model("fusion-svm", 3).get_params())


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (("hog", "words"), {"hog": 1 / 2, "words": 1 / 2}),
        (("landmarks", "lbp"), {"landmarks": 5 / 11, "lbp": 6 / 11}),
        (("hog", "lbp", "words"), {"hog": 0.35, "lbp": 0.30, "words": 0.35}),
        (("landmarks",), {"landmarks": 1.0}),
    ],
)
def test_the_weights_of_those_left_add_up_to_what_all_did(kept, expected):
    assert weights(make_with_blocks("fusion-svm", kept)) == pytest.approx(expected)


def test_a_recipe_of_one_block_is_refused():
    with pytest.raises(UserError, match="hog-svm has one block"):
        block_names("hog-svm")


def test_it_goes_to_other_processes():
    build = pickle.loads(pickle.dumps(partial(make_with_blocks, "fusion-svm", ("hog",))))
    assert list(weights(build(0))) == ["hog"]
