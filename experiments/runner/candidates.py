"""The models that an experiment compares: our recipes by name, and models of other packages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask, Rows
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

Models = Sequence[Any] | Mapping[str, Any]
"""Names of recipes, paths of recipe files, "package.module:function", or estimators."""


@dataclass(frozen=True)
class Candidate:
    """A model to fit: ``build`` makes an unfitted Pipeline of a random state."""

    name: str  # what the tables call it
    build: Callable[[int], Pipeline]
    source: Any  # what it was named by: a text or an estimator
    summary: str = ""  # what it is, in a line
    is_ours: bool = True  # has our steps: ``save_model`` takes such models only

    def task(
        self, train: Rows, evaluation_sets: Mapping[EvaluationSet, Rows], **axes: Any
    ) -> FitTask:
        """One fit of it."""
        return FitTask(self.name, self.build, train, evaluation_sets, summary=self.summary, **axes)


def recipe(name: str, build: Callable[[int], Pipeline] | None = None) -> Candidate:
    """The candidate of a recipe's name, maybe built in another way; UserError without such."""
    from happysad.pipeline.models.registry import find_recipe, make_model, short_name

    summary = find_recipe(name).summary
    return Candidate(short_name(name), build or partial(make_model, name), name, summary)


def recipes(names: Sequence[str]) -> list[Candidate]:
    """The candidates of several recipes; UserError where there is none, or two have one name.

    Examples
    --------
    >>> [candidate.summary for candidate in recipes(["hog-svm", "lbp-svm"])]
    ['SVM on HOG', 'SVM on LBP histograms']
    """
    return _unlike(map(recipe, names))


def find_candidates(models: Models, balance: Sequence[str] = ("none",)) -> list[Candidate]:
    """The models that ``happysad.compare`` is given, each with a name of its own.

    Recipes come in a variant for each of ``balance``; other models are taken as they are.
    """
    return _unlike(_candidates(models, balance))


def _unlike(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Each candidate once; UserError where two have one name."""
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        known = found.setdefault(candidate.name, candidate)
        if known.source is not candidate.source and known.source != candidate.source:
            raise UserError(f"two models are called {known.name}: rename a recipe file")
    return list(found.values())


def _candidates(models: Models, balance: Sequence[str]) -> Iterator[Candidate]:
    from happysad.experiments.runner.image_models import build_from_factory

    named = models.items() if isinstance(models, Mapping) else ((None, model) for model in models)
    for name, model in named:
        if not isinstance(model, str):
            yield _estimator(model, name)
        elif ":" in model and not model.partition("+")[0].endswith(".toml"):
            build = partial(build_from_factory, model)
            build(0)  # whatever is wrong with it is told before any work
            yield Candidate(name or model, build, model, f"the model of {model}", is_ours=False)
        else:
            for suffix in ("" if how == "none" else f"+{how}" for how in balance):
                candidate = recipe(model + suffix)
                yield replace(candidate, name=name + suffix) if name else candidate


def _estimator(model: Any, name: str | None) -> Candidate:
    from happysad.experiments.runner.image_models import adapt, check_estimator
    from happysad.pipeline.estimators.face_model import FaceModel
    from happysad.pipeline.models.registry import RECIPES

    last = model.steps[-1][1] if hasattr(model, "steps") else model
    name = name or type(last).__name__
    check_estimator(model, f"the model {name}")
    if name in RECIPES:
        raise UserError(f"a model of your own is called {name}, as a recipe is: rename it")
    summary = f"a {type(model).__name__}"
    if isinstance(model, FaceModel):
        return Candidate(name, partial(_copy, model), model, summary)
    return Candidate(name, partial(adapt, model), model, summary, is_ours=False)


def _copy(model: Any, random_state: int) -> Pipeline:
    """An unfitted copy of one of our models; its random states are what they were set to."""
    from sklearn.base import clone

    copy: Pipeline = clone(model)
    return copy
