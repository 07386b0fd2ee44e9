"""Which settings of a recipe are searched, and the recipe with the settings found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from happysad.utils.errors import UserError

Space = Mapping[str, list[Any]]

SPACES: dict[str, dict[str, list[Any]]] = {
    "CompactSVC": {"C": [0.5, 1.0, 2.0, 4.0], "gamma": [0.5, 1.0, 2.0]},
    "HistGradientBoostingClassifier": {
        "learning_rate": [0.03, 0.08, 0.2],
        "max_iter": [150, 300, 600],
        "max_leaf_nodes": [15, 31, 63],
    },
    "LogisticRegression": {"C": [0.001, 0.01, 0.1, 1.0]},
}
"""Settings searched where none are named, by the kind of the classifier."""


def default_space(name: str) -> dict[str, list[Any]]:
    """The settings of a recipe's classifiers that are searched where none are named.

    Raises
    ------
    UserError
        There is no such recipe, or nothing is known to search in it.

    Examples
    --------
    >>> default_space("pixels-logreg")
    {'classifier__C': [0.001, 0.01, 0.1, 1.0]}
    """
    from happysad.pipeline.models.registry import make_model

    space = {}
    for step, value in make_model(name).get_params(deep=True).items():
        for setting, values in SPACES.get(type(value).__name__, {}).items():
            space[f"{step}__{setting}"] = values
    if not space:
        raise UserError(f"nothing is known to search in {name}: name settings in [spaces.{name}]")
    return space


def check_space(name: str, space: Space) -> None:
    """UserError unless these are settings of the recipe, each with a list of values."""
    from happysad.pipeline.models.registry import make_model

    known = make_model(name)[1:].get_params(deep=True)
    for setting, values in space.items():
        if setting not in known:
            raise UserError(f"[spaces.{name}] names {setting}, which the model does not have")
        if not isinstance(values, list) or not values:
            raise UserError(f"[spaces.{name}]: {setting} needs a list of values")


def make_tuned(name: str, settings: tuple[tuple[str, Any], ...], random_state: int = 0) -> Any:
    """The unfitted model of a recipe with these settings.

    Examples
    --------
    >>> make_tuned("pixels-logreg", (("classifier__C", 3),))["classifier"].C
    3
    """
    from happysad.pipeline.models.registry import make_model

    return make_model(name, random_state).set_params(**dict(settings))
