"""``Recipe``: how a model is made, the variants that a recipe has, and recipe files (TOML)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sklearn.base import is_classifier

from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.detector import Predictor
from happysad.pipeline.estimators.checks import check_parameters
from happysad.pipeline.estimators.face_model import FaceModel
from happysad.pipeline.estimators.samplers import OversampledFaces
from happysad.utils.atomic_files import atomic_write
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

Step = tuple[str, Any]

VARIANTS = {"class-weight": "classes weighted equally", "oversample": "rarer class oversampled"}
"""What may follow a recipe's name and a "+", and what it adds to the summary."""

RECIPE_KEYS = ("base", "summary", "parameters")  # of a file


@dataclass(frozen=True)
class Recipe:
    """How a model is made.

    Attributes
    ----------
    summary : str
        One line for tables and cards.
    steps : callable
        From a random state to the steps that follow the face stage.
    cost : float
        Roughly the CPU seconds of a fit on the 12,000 faces of FER2013, features at hand; a run
        fits the slowest first.
    milliseconds : float
        CPU time of one of their images, from file to answer; 0 where it was not measured, and
        ``cost`` is a guess.
    citation : str
        The paper of its features or network.
    predictor : {"68", "5"}
        See ``FaceAligner``; "5", without the 68 landmarks, has no restriction on its use.
    face_options : mapping
        Other parameters of the ``FaceAligner``.
    standard : bool
        Whether a comparison takes it where no models are named.

    Examples
    --------
    >>> from happysad.pipeline.models import RECIPES
    >>> recipe = RECIPES["hog-svm"]
    >>> recipe.citation, [name for name, _ in recipe.model().steps]
    ('Dalal and Triggs (2005)', ['faces', 'augment', 'features', 'classifier'])
    """

    summary: str
    steps: Callable[[int], list[Step]]
    cost: float = 0.0
    milliseconds: float = 0.0
    citation: str = ""
    predictor: Predictor = "5"
    face_options: Mapping[str, Any] = field(default_factory=dict)
    standard: bool = True

    def model(self, random_state: int = 0, **face_options: Any) -> FaceModel:
        """An unfitted Pipeline, the face stage with the options given.

        Raises
        ------
        UserError
            A parameter does not exist or cannot have its value.
        """
        options = {"predictor": self.predictor, **self.face_options, **face_options}
        aligner = FaceAligner()
        for name in options:
            if name not in aligner.get_params():
                raise UserError(f"the face stage has no parameter {name!r}")
        model = FaceModel([("faces", aligner.set_params(**options)), *self.steps(random_state)])
        check_parameters(model)
        return model


def balanced(recipe: Recipe, how: str) -> Recipe:
    """The recipe with its classifier fitted as if both classes were of one size.

    By the classifier's own ``class_weight``, where it has one, or by a sampler before all other
    steps that repeats faces of the rarer class.
    """
    if how not in VARIANTS:
        raise UserError(f"there is no variant +{how}: the variants are +{', +'.join(VARIANTS)}")

    def steps(state: int) -> list[Step]:
        made = recipe.steps(state)
        if how == "oversample":
            return [("oversample", OversampledFaces(random_state=state)), *made]
        for classifier in _classifiers(made[-1][1]):
            if "class_weight" in classifier.get_params(deep=False):
                classifier.set_params(class_weight="balanced")
        return made

    return replace(recipe, summary=f"{recipe.summary}, {VARIANTS[how]}", steps=steps)


def _classifiers(step: Any) -> list[Any]:
    """The classifier, or those that a VotingClassifier of Pipelines and classifiers joins."""
    if not hasattr(step, "estimators"):
        return [step]
    lasts = [model[-1] if hasattr(model, "steps") else model for _, model in step.estimators]
    return [classifier for last in lasts for classifier in _classifiers(last)]


def tuned(recipe: Recipe, parameters: Mapping[str, Any], summary: str = "") -> Recipe:
    """The recipe with other parameters, named as ``Pipeline.set_params`` names them."""
    model = FaceModel(recipe.steps(0))
    known = model.get_params().keys() - model.get_params(deep=False).keys()  # of the steps
    for name in parameters:
        if name not in known:
            raise UserError(f"the model has no parameter {name!r}")

    def steps(state: int) -> list[Step]:
        return list(FaceModel(recipe.steps(state)).set_params(**parameters).steps)

    made = replace(recipe, summary=summary or f"{recipe.summary}, tuned", steps=steps)
    try:
        last = made.model().steps[-1][1]
    except (TypeError, AttributeError) as error:  # text where there should be a step
        raise UserError(f"the parameters {', '.join(parameters)}: {error}") from None
    if not hasattr(last, "fit") or not is_classifier(last):
        raise UserError(f"the model ends in {last!r}, which is no classifier")
    return made


def fine_tuned(make: Callable[[int], Pipeline], source: Any, random_state: int = 0) -> Pipeline:
    """The unfitted Pipeline that ``make`` gives, whose CNN will start from that in ``source``.

    ``source`` is what ``CnnClassifier`` takes as ``start_from``.
    """
    from happysad.pipeline.cnn.classifier import find_start

    model = make(random_state)
    if "start_from" not in model[-1].get_params():
        raise UserError(
            f"a {type(model[-1]).__name__} cannot start from another model: fine-tuning is for "
            "cnn-small, cnn-color, cnn-resnet and cnn-resnet18"
        )
    find_start(source)
    model[-1].set_params(start_from=source)
    return model


def read_recipe_file(path: str | Path) -> tuple[str, str, dict[str, Any]]:
    """The name of the base recipe, the summary ("" for none) and the parameters."""
    try:
        values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"cannot read the recipe {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"the recipe {path} is not TOML: {error}") from None
    unknown = [key for key in values if key not in RECIPE_KEYS]
    if unknown:
        raise UserError(f"the recipe {path} has an unknown key {unknown[0]!r}: see {RECIPE_KEYS}")
    base, parameters = values.get("base"), values.get("parameters", {})
    if not isinstance(base, str) or not isinstance(parameters, dict):
        raise UserError(f'the recipe {path} needs base = "NAME" and a table [parameters]')
    if base.endswith(".toml"):
        raise UserError(f"the recipe {path}: base is the name of a recipe, not a file")
    for name, value in parameters.items():
        if isinstance(value, dict | list):
            raise UserError(f"the recipe {path}: parameter {name} is a table: give one value")
    return base, str(values.get("summary", "")), parameters


def write_recipe_file(
    path: Path, base: str, parameters: Mapping[str, Any], summary: str, comment: str = ""
) -> None:
    """Write a recipe file that ``read_recipe_file`` reads; ``comment`` is for its reader."""
    # TOML writes numbers, strings and booleans as JSON does.
    toml = partial(json.dumps, ensure_ascii=False, default=str)
    lines = [f"# {line}" for line in comment.splitlines()]
    lines += [f"base = {toml(base)}", f"summary = {toml(summary)}", "", "[parameters]"]
    lines += [f"{name} = {toml(value)}" for name, value in sorted(parameters.items())]
    with atomic_write(path) as beside:
        beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
