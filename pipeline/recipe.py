"""``Recipe``: how a model is made, and the variants that a recipe has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sklearn.pipeline import Pipeline

from happysad.features.detect import Predictor
from happysad.features.errors import UserError
from happysad.pipeline.balance import HOW, BalancedClassifier

Step = tuple[str, Any]

_WORDS = {"class-weight": "classes weighted equally", "oversample": "rarer class oversampled"}


@dataclass(frozen=True)
class Recipe:
    """How a model is made.

    Attributes
    ----------
    summary : str
        One line for tables and cards.
    steps : callable
        From a random state to the steps that follow the face stage.
    predictor : {"68", "5"}
        See ``FaceAligner``; "5", without the 68 landmarks, has no restriction on its use.
    face_options : mapping
        Other parameters of the ``FaceAligner``.
    standard : bool
        Whether a comparison takes it where no models are named.
    """

    summary: str
    steps: Callable[[int], list[Step]]
    predictor: Predictor = "68"
    face_options: Mapping[str, Any] = field(default_factory=dict)
    standard: bool = True


def balanced(recipe: Recipe, how: str) -> Recipe:
    """The recipe with its classifier fitted as if both classes were of one size.

    Raises
    ------
    UserError
        ``how`` is neither "class-weight" nor "oversample".
    """
    if how not in HOW:
        raise UserError(f"there is no variant +{how}: the variants are +{', +'.join(HOW)}")

    def steps(state: int) -> list[Step]:
        *before, (name, classifier) = recipe.steps(state)
        return [*before, (name, BalancedClassifier(classifier, how, random_state=state))]

    return replace(recipe, summary=f"{recipe.summary}, {_WORDS[how]}", steps=steps)


def tuned(recipe: Recipe, parameters: Mapping[str, Any], summary: str = "") -> Recipe:
    """The recipe with other parameters, named as ``Pipeline.set_params`` names them.

    Raises
    ------
    UserError
        There is no such parameter.
    """

    def steps(state: int) -> list[Step]:
        model = Pipeline(recipe.steps(state))
        known = model.get_params()
        for name in parameters:
            if name not in known:
                raise UserError(f"the model has no parameter {name!r}")
        return list(model.set_params(**parameters).steps)

    made = replace(recipe, summary=summary or f"{recipe.summary}, tuned", steps=steps)
    made.steps(0)
    return made
