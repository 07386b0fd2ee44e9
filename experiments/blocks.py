"""The blocks of features that a recipe puts side by side, and the recipe with fewer of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sklearn.pipeline import FeatureUnion, Pipeline

from happysad.features.errors import UserError
from happysad.pipeline.block import PrincipalBlock


def block_names(asked: str) -> list[str]:
    """The names of a recipe's blocks.

    Raises
    ------
    UserError
        There is no such recipe, or it has one kind of features only.
    """
    from happysad.pipeline.models import make_model

    unions = _unions(make_model(asked))
    if not unions:
        raise UserError(
            f"{asked} has one block of features: take one that puts several side by side, "
            "such as fusion-svm"
        )
    return [str(name) for name, _ in unions[0].transformer_list]


def make_with_blocks(asked: str, kept: Sequence[str], random_state: int = 0) -> Pipeline:
    """The unfitted model of a recipe with some of its blocks.

    The weights of those that are left are scaled so that they add up to what all did: the
    variances of the features then sum to the same, and one kernel width serves all.

    Parameters
    ----------
    asked : str
        As ``make_model`` takes it.
    kept : sequence of str
        Of ``block_names``.
    """
    from happysad.pipeline.models import make_model

    model = make_model(asked, random_state)
    for union in _unions(model):
        before = sum(block.weight for block in _reducers(union))
        union.transformer_list = [part for part in union.transformer_list if part[0] in kept]
        left = _reducers(union)
        after = sum(block.weight for block in left)
        for block in left:
            block.set_params(weight=block.weight * before / after)
    return model


def _unions(model: Any) -> list[FeatureUnion]:
    return [value for value in _parts(model) if isinstance(value, FeatureUnion)]


def _reducers(union: FeatureUnion) -> list[PrincipalBlock]:
    return [value for value in _parts(union) if isinstance(value, PrincipalBlock)]


def _parts(model: Any) -> list[Any]:
    """All objects among the parameters, however deep, each once."""
    return list({id(value): value for value in model.get_params(deep=True).values()}.values())
