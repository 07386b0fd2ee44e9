"""The blocks of features that a recipe puts side by side, and the recipe with fewer of them."""

from __future__ import annotations

from collections.abc import Sequence

from sklearn.pipeline import Pipeline

from happysad.features.base import FaceFeature
from happysad.utils.errors import UserError


def extractors(model: Pipeline) -> list[FaceFeature]:
    """The feature extractors of a model, fitted or not, in order."""
    return [part for part in model.get_params().values() if isinstance(part, FaceFeature)]


def block_names(name: str) -> list[str]:
    """The names of a recipe's blocks; UserError where it has not two kinds of features."""
    from happysad.pipeline.models.registry import make_model

    union = make_model(name).named_steps.get("features")
    names = [block for block, _ in union.transformer_list] if union is not None else []
    if len(names) < 2:
        raise UserError(
            f"{name} has fewer than two blocks of features: take one that puts several side by "
            "side, such as fusion-svm"
        )
    return names


def make_with_blocks(name: str, kept: Sequence[str], random_state: int = 0) -> Pipeline:
    """The unfitted model of a recipe with some of its blocks.

    The weights of those that are left are scaled so that their squares add up to what those of
    all did: the variances of the features then sum to the same, and one kernel width serves all.

    Parameters
    ----------
    name : str
        As ``make_model`` takes it.
    kept : sequence of str
        Of ``block_names``.

    Examples
    --------
    >>> model = make_with_blocks("fusion-svm", ["hog", "lbp"])
    >>> [name for name, _ in model["features"].transformer_list]
    ['hog', 'lbp']
    """
    from happysad.pipeline.models.registry import make_model

    model = make_model(name, random_state)
    union = model.named_steps["features"]
    weights = dict(union.transformer_weights)
    left = {block: weight for block, weight in weights.items() if block in kept}
    total, rest = (sum(w**2 for w in some.values()) for some in (weights, left))
    scale = (total / rest) ** 0.5
    return model.set_params(
        features__transformer_list=[part for part in union.transformer_list if part[0] in kept],
        features__transformer_weights={block: scale * weight for block, weight in left.items()},
    )
