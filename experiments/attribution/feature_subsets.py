"""The blocks of features that a recipe puts side by side, and the recipe with fewer of them."""

from __future__ import annotations

from collections.abc import Sequence

from sklearn.pipeline import Pipeline

from happysad.features.base import FaceFeature
from happysad.utils.errors import UserError


def extractors(model: Pipeline) -> list[FaceFeature]:
    """The feature extractors of a model, fitted or not, in order."""
    return [part for part in model.get_params().values() if isinstance(part, FaceFeature)]


def block_names(asked: str) -> list[str]:
    """The names of a recipe's blocks.

    Raises
    ------
    UserError
        There is no such recipe, or it has not two kinds of features.
    """
    from happysad.pipeline.models.registry import make_model

    union = make_model(asked).named_steps.get("features")
    names = [name for name, _ in union.transformer_list] if union is not None else []
    if len(names) < 2:
        raise UserError(
            f"{asked} has fewer than two blocks of features: take one that puts several side by "
            "side, such as fusion-svm"
        )
    return names


def make_with_blocks(asked: str, kept: Sequence[str], random_state: int = 0) -> Pipeline:
    """The unfitted model of a recipe with some of its blocks.

    The weights of those that are left are scaled so that their squares add up to what those of
    all did: the variances of the features then sum to the same, and one kernel width serves all.

    Parameters
    ----------
    asked : str
        As ``make_model`` takes it.
    kept : sequence of str
        Of ``block_names``.
    """
    from happysad.pipeline.models.registry import make_model

    model = make_model(asked, random_state)
    union = model.named_steps["features"]
    weights = dict(union.transformer_weights)
    left = {name: weight for name, weight in weights.items() if name in kept}
    scale = (_squares(weights) / _squares(left)) ** 0.5
    return model.set_params(
        features__transformer_list=[part for part in union.transformer_list if part[0] in kept],
        features__transformer_weights={name: scale * weight for name, weight in left.items()},
    )


def _squares(weights: dict[str, float]) -> float:
    return sum(weight**2 for weight in weights.values())
